"""Forecast a file with the engine of the product, without a database: for analysts, and for measuring."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.management.base import BaseCommand, CommandError

from demand.engine.baseline import BaselineResult, baseline_make
from demand.engine.panel_file import forecast_write, panel_read
from sop.engine.panel import SERIES, PanelError

MAX_HORIZON = 60


class Command(BaseCommand):
    """`manage.py forecast_file TRAIN OUT --horizon H`"""

    help = __doc__
    requires_system_checks = []  # checks look at the database

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two files and how far to look."""
        parser.add_argument("train", type=Path, help="CSV or parquet: unique_id, ds (first of the month), y")
        parser.add_argument("out", type=Path, help="CSV or parquet to write: unique_id, step, yhat, quantiles")
        parser.add_argument("--horizon", type=int, default=18, help="months to forecast (18)")
        parser.add_argument("--encoding", help="how a CSV is written when it is not UTF-8, for example cp1252")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, forecast, write; say what was missing and which way the series went."""
        horizon = options["horizon"]
        if not 1 <= horizon <= MAX_HORIZON:
            raise CommandError(f"--horizon {horizon}: between 1 and {MAX_HORIZON} months.")
        started = time.monotonic()
        try:
            file = panel_read(options["train"], encoding=options["encoding"])
            facts = pd.DataFrame({SERIES: file.ids})
            result = baseline_make(file.panel, horizon=horizon, as_of=file.as_of, facts=facts)
            forecast_write(result.forecast, options["out"])
        except PanelError as error:
            raise CommandError(str(error)) from error
        for note in (*file.notes, *_told(result)):
            self.stdout.write(note)
        seconds = time.monotonic() - started
        self.stdout.write(f"{len(file.ids):,} series x {horizon} months in {options['out']} after {seconds:.1f} s.")


def _told(result: BaselineResult) -> list[str]:
    """Return which routes the series took and what fell back."""
    routes = result.series["route"].value_counts()
    told = ["Routes: " + ", ".join(f"{count:,} {route}" for route, count in routes.items()) + "."]
    fallen = int((result.series["fallback"] != "").sum())
    if fallen:
        told.append(f"{fallen:,} series fell back to simple exponential smoothing or fewer methods.")
    return told
