"""The step 'Reconcile' of the cycle."""

from django.apps import AppConfig


class ReconcileConfig(AppConfig):
    """Configuration of the app."""

    name = "reconcile"
    verbose_name = "Reconcile"
