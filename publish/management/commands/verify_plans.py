"""Recompute the seal of every published plan and name those that are no longer what was signed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from publish.selectors.seals import seals_check


class Command(BaseCommand):
    """`manage.py verify_plans`"""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per plan; fail when one is broken."""
        checks = seals_check()
        for check in checks:
            self.stdout.write(f"{'as signed' if check.intact else 'CHANGED AFTER SIGNING'}: {check.plan}")
        broken = [str(check.plan) for check in checks if not check.intact]
        if broken:
            raise CommandError(f"{len(broken)} of {len(checks)} plans were changed after signing: {', '.join(broken)}.")
        self.stdout.write(f"{len(checks)} plans checked.")
