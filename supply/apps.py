"""The step 'Plan supply' of the cycle."""

from django.apps import AppConfig


class SupplyConfig(AppConfig):
    """Configuration of the app."""

    name = "supply"
    verbose_name = "Plan supply"
