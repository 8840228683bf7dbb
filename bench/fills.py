"""`python -m bench fills`: how far corrected history lies from what customers really needed, where that is known.

The demo company, whose need is made up first, and companies whose goods were short in one way each. Figures are units
of absolute error over the months that are corrected, raw and filled; a fill by rule may never lie further away.
"""

import argparse
import sys

import django

django.setup()

from bench.table import print_table  # noqa: E402
from demand.engine.cleansing import KINDS, corrections_find  # noqa: E402
from publish.demo.known import known_need  # noqa: E402
from tests.support.known_losses import Apart, Known, apart, known_losses  # noqa: E402

COLUMNS = ("company", "by rule", "raw", "filled", "proposed", "raw", "filled")


def main() -> int:
    """Print the tables; with --strict return 1 when fills by rule lie further from the need than raw."""
    parser = argparse.ArgumentParser(prog="python -m bench fills", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail when a fill by rule makes history worse")
    demo = Known(*known_need())
    found = corrections_find(demo.orders)
    told = {f"demo, {kind}": apart(demo, found, kind) for kind in KINDS}
    told |= {name: apart(known, corrections_find(known.orders)) for name, known in known_losses().items()}
    print_table("Corrected history against the true need, units", COLUMNS, [_row(*each) for each in told.items()])
    worse = any(each.rule_filled > each.rule_raw for each in told.values())
    return int(worse and parser.parse_args().strict)


def _row(name: str, told: Apart) -> list[str | int]:
    return [name, *(round(value) for value in vars(told).values())]


if __name__ == "__main__":
    sys.exit(main())
