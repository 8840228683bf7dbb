"""Send hints for waiting background work again, once; for installations without beat, by cron."""

from typing import Any

from django.core.management.base import BaseCommand

from sop.services.job import jobs_sweep


class Command(BaseCommand):
    """`manage.py sweep_jobs`"""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and say how many parts were hinted at."""
        self.stdout.write(f"{jobs_sweep()} parts hinted at.")
