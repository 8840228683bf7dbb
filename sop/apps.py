"""The ground floor: cycle, people, master data, jobs, imports."""

from django.apps import AppConfig


class SopConfig(AppConfig):
    """Configuration of the project's own app."""

    name = "sop"
    verbose_name = "Sales and operations planning"

    def ready(self) -> None:
        """Load Celery here, not in the package, so that engines import without a framework."""
        from sop import celery, checks, import_tables, master_tables, signals, tasks  # noqa: F401, PLC0415
