"""A figure of risk: what the draws say of some stock items in some months, with its error bar."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from math import sqrt
from typing import Any

from supply.engine.error_bars import BARS

# From which chance on a stock-out is called so; the words stand in the legend of the page.
LEVELS = ((0.5, "very high"), (0.2, "high"), (0.05, "raised"), (0.0, "low"))
HEAT = {"none seen": 0, "low": 1, "raised": 2, "high": 3, "very high": 4}
ALMOST_SURE = 0.95
DRAWN = ("demand", "stockout", "late_units", "late_bar", "fill_bar", "lost_units", "lost_value", "draws")


@dataclass(frozen=True)
class RiskFigure:
    """Sums over item-months: units and plan currency; bars as if all items strayed together, the widest they can be.

    items: item-months with demand. stockouts: how many of them are expected to run out. late: units not shipped when
    wanted, lost or waiting.
    """

    items: float = 0.0
    stockouts: float = 0.0
    stockouts_bar: float = 0.0
    demand: float = 0.0
    late: float = 0.0
    late_bar: float = 0.0
    lost: float = 0.0
    lost_bar: float = 0.0
    value: float = 0.0
    value_bar: float = 0.0
    draws: int = 1

    @classmethod
    def total(cls, parts: Iterable["RiskFigure"]) -> "RiskFigure":
        """Return the figure of all parts together."""
        rows = list(parts)
        sums: dict[str, Any] = {each.name: sum(getattr(row, each.name) for row in rows) for each in fields(cls)}
        return cls(**sums | {"draws": max((row.draws for row in rows), default=1)})

    @property
    def chance(self) -> float | None:
        """Return the expected share of item-months that run out; None without demand."""
        return self.stockouts / self.items if self.items else None

    @property
    def chance_bar(self) -> float:
        """Return the bar of the chance."""
        return self._bar(self.stockouts_bar, self.items)

    @property
    def fill(self) -> float | None:
        """Return the share of demand shipped when wanted; None without demand."""
        return 1.0 - self.late / self.demand if self.demand > 0 else None

    @property
    def fill_bar(self) -> float:
        """Return the bar of the fill rate."""
        return self._bar(self.late_bar, self.demand)

    @property
    def level(self) -> str:
        """Return the chance as a word."""
        if not self.stockouts:
            return "none seen"
        return next(word for least, word in LEVELS if (self.chance or 0.0) >= least)

    @property
    def heat(self) -> int:
        """Return how strongly the figure is coloured, 0 to 4."""
        return HEAT[self.level]

    @property
    def digits(self) -> int:
        """Return how many digits the chance is worth showing with."""
        return 1 if 0 < (self.chance or 0.0) < 0.0995 else 0

    @property
    def chance_points(self) -> str:
        """Return the bar of the chance in percentage points."""
        return f"{100 * self.chance_bar:.{self.digits}f}"

    @property
    def fill_points(self) -> str:
        """Return the bar of the fill rate in percentage points."""
        return f"{100 * self.fill_bar:.1f}"

    def _bar(self, bar: float, whole: float) -> float:
        """Return a share's bar; where no draw hit, or all, it is 3 / n: little, and not nothing."""
        if not whole or self.draws <= 1:
            return 0.0
        return bar / whole if bar > 0 else 3.0 / self.draws


def figure_of(row: Any) -> RiskFigure:
    """Return the figure of one month of one stock item; row: a `SupplyRisk`, or its columns in `DRAWN`."""
    some = row.late_units > 0
    each = row.late_bar / row.late_units if some else 0.0
    return RiskFigure(
        items=float(row.demand > 0),
        stockouts=row.stockout,
        stockouts_bar=BARS * sqrt(row.stockout * (1.0 - row.stockout) / row.draws),
        demand=row.demand,
        late=row.late_units,
        late_bar=row.fill_bar * row.demand if some else 0.0,
        lost=row.lost_units,
        lost_bar=each * row.lost_units,
        value=row.lost_value,
        value_bar=each * row.lost_value,
        draws=row.draws,
    )


def chance_words(figure: RiskFigure, month: date) -> str:
    """Return the chance of a stock item's worst month in words."""
    chance, when = figure.chance or 0.0, f"{month:%B %Y}"
    if figure.draws <= 1:
        course = "it runs out" if chance else "it does not run out"
        return f"Nothing varies for this stock item, as far as is known: {course}{f' in {when}' if chance else ''}"
    if not chance:
        return f"It runs out in none of {figure.draws:,} draws"
    if chance >= ALMOST_SURE:
        return f"Almost certain to run out in {when}"
    odds = f"{round(chance * 10)} in 10" if chance >= ALMOST_SURE / 10 else f"1 in {round(1 / chance)}"
    return f"{odds} chance to run out in {when}"
