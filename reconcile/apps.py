"""The step 'Reconcile' of the cycle."""

from django.apps import AppConfig


class ReconcileConfig(AppConfig):
    """Configuration of the app."""

    name = "reconcile"
    verbose_name = "Reconcile"

    def ready(self) -> None:
        """Register what this step does when a cycle moves and what its workers run."""
        from reconcile import hooks, tasks  # noqa: F401, PLC0415
