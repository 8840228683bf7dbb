"""Compare history with what the database itself noted and with the rows as they are; name every difference."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sop.constants import NUMBER_TABLES
from sop.selectors.record import record_faults


class Command(BaseCommand):
    """`manage.py check_history`; ends with 1 when anything does not fit."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per fault."""
        faults = record_faults()
        for fault in faults:
            self.stdout.write(f"{fault.table}: {fault.sentence}")
        if faults:
            raise CommandError(f"History is not whole: {len(faults)} differences.")
        self.stdout.write(f"History is whole: {len(NUMBER_TABLES)} tables of numbers, all guards in place.")
