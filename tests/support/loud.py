"""Skips nobody can overlook: a missing browser or data set is named at the end of the run, or fails it."""

import os
from typing import NoReturn

import pytest

not_run: set[str] = set()


def skip_or_fail(message: str, *, required_by: str) -> NoReturn:
    """Fail when the variable `required_by` is 1 (it is in CI), else skip and remember to say so."""
    if os.environ.get(required_by) == "1":
        pytest.fail(message, pytrace=False)
    not_run.add(message)
    pytest.skip(message)


def report(terminal: pytest.TerminalReporter) -> None:
    """Print what did not run, in red, below everything else."""
    if not_run:
        terminal.section("SOME TESTS DID NOT RUN", sep="!", red=True, bold=True)
        for message in sorted(not_run):
            terminal.line(message, red=True, bold=True)
