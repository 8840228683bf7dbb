"""The step 'Plan supply' of the cycle."""

from django.apps import AppConfig


class SupplyConfig(AppConfig):
    """Configuration of the app."""

    name = "supply"
    verbose_name = "Plan supply"

    def ready(self) -> None:
        """Register what this step does when a cycle moves and what its workers run."""
        from supply import hooks, importing, master, tasks, view_pages  # noqa: F401, PLC0415
