"""The step 'Executive review' of the cycle."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Configuration of the app."""

    name = "review"
    verbose_name = "Executive review"

    def ready(self) -> None:
        """Register what this step does when a cycle moves, and its screen of approvers."""
        from review import home, hooks, master  # noqa: F401, PLC0415
