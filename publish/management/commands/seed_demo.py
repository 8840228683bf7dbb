"""Fill an empty database with the demo company Harlow Supply."""

from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from publish.demo.clock import ZONE
from publish.demo.people import sign_ins
from publish.demo.seed import database_is_empty, seed
from sop.refusals import Refused


class Command(BaseCommand):
    """Write the demo company: people, history, two finished cycles, one open."""

    help = "Fill an empty database with the demo company, and print who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --if-empty and --today."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the database holds data already")
        parser.add_argument("--today", type=date.fromisoformat, help="the day due dates follow; default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed once; print the sign-ins."""
        if options["if_empty"] and not database_is_empty():
            self.stdout.write("The database holds data already: nothing was added.")
            return
        began = monotonic()
        try:
            seed(today=options["today"] or local_today())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Harlow Supply is ready ({monotonic() - began:.0f} s). Sign in as:")
        self.stdout.write(sign_ins())


def local_today() -> date:
    """Return today's date in the company's time zone."""
    return timezone.now().astimezone(ZONE).date()
