"""The step 'Gather demand' of the cycle."""

from django.apps import AppConfig


class DemandConfig(AppConfig):
    """Configuration of the app."""

    name = "demand"
    verbose_name = "Gather demand"
