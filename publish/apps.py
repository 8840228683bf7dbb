"""The step 'Publish and measure' of the cycle."""

from django.apps import AppConfig


class PublishConfig(AppConfig):
    """Configuration of the app."""

    name = "publish"
    verbose_name = "Publish and measure"

    def ready(self) -> None:
        """Register what this step does when a cycle moves, and what it adds to the home page."""
        from publish import home, hooks, tasks  # noqa: F401, PLC0415
