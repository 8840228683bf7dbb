"""The step 'Publish and measure' of the cycle."""

from django.apps import AppConfig


class PublishConfig(AppConfig):
    """Configuration of the app."""

    name = "publish"
    verbose_name = "Publish and measure"
