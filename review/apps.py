"""The step 'Executive review' of the cycle."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Configuration of the app."""

    name = "review"
    verbose_name = "Executive review"
