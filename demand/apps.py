"""The step 'Gather demand' of the cycle."""

from django.apps import AppConfig


class DemandConfig(AppConfig):
    """Configuration of the app."""

    name = "demand"
    verbose_name = "Gather demand"

    def ready(self) -> None:
        """Register what this step does when a cycle moves and what its workers run."""
        from demand import home, hooks, importing, master, tasks, view_pages  # noqa: F401, PLC0415
