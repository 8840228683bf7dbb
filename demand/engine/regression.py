"""What a family's demand did when its price moved: a regression of logs, and what a price change would do by it.

    ln(units) = a + elasticity * ln(price) + lift * promotion + trend * t + season + error

Both in logs, the price's coefficient is the elasticity: percent of demand for one percent of price. The season is three
pairs of sine and cosine waves, which two years can carry where eleven months' indicators could not. Errors of
neighbouring months resemble each other, so they are taken as autoregressive of order one (Cochrane & Orcutt 1949), with
the interval of MacKinnon & White (1985), HC3, and Student's t for the few months there are. Simulated with 24 to 60
months and errors from independent to .7 autocorrelated, it holds the true elasticity in 92 to 96 of 100 cases; plain
least squares falls to 78, Newey & West's interval to 79. It says what went together, not what caused what.
"""

from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import GLSAR

from sop.engine.arrays import Array, BoolArray

MONTHS_MIN = 24  # with demand and a price: under two years a season cannot be told from a price that moved once
PRICE_MOVED_MIN = 0.01  # standard deviation of ln(price) beside trend and season: under 1 % there is nothing to see
PROMOTIONS_MIN = 3  # months with, and months without: of fewer, one odd month decides
WAVES = 3  # pairs a year
PASSES = 6  # over coefficients and autocorrelation in turn; they settle in three or four
LEVEL = 0.95


class TooLittle(ValueError):
    """The history cannot answer; the message says why, for a planner."""


@dataclass(frozen=True)
class Effect:
    """A coefficient with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """Return whether it can be told from no effect."""
        return self.low > 0 or self.high < 0

    def factor(self, change: float = 1.0) -> tuple[float, float, float]:
        """Return what multiplies demand where the regressor changes by so much: likely, least, most."""
        low, high = sorted((np.exp(self.low * change), np.exp(self.high * change)))
        return float(np.exp(self.value * change)), float(low), float(high)


@dataclass(frozen=True)
class Elasticity:
    """What the regression found."""

    price: Effect  # elasticity
    promotion: Effect | None  # lift in ln(units); None where too few months had, or had not, a promotion
    months: int  # it was found in
    explained: float  # R2: share of the movement of ln(units) that price, promotion, trend and season account for
    price_moved: float  # standard deviation of ln(price) beside trend and season
    price_range: tuple[float, float]  # lowest and highest price seen over the latest, less one
    fitted: Array  # units by month, NaN in months left out


def elasticity_find(units: Array, price: Array, promotion: BoolArray, *, first_month: int) -> Elasticity:
    """Return the elasticity of a family's demand.

    `units`: demand by month; `price`: any index of the price at a constant mix, NaN where not known; `promotion`:
    whether a month had one; all of the same length, months in order. `first_month`: calendar month (1 to 12) of the
    first. Months without demand or price are left out. Raises TooLittle.
    """
    with np.errstate(invalid="ignore"):
        known = np.isfinite(units) & np.isfinite(price) & (units > 0) & (price > 0)
    months = int(known.sum())
    if months < MONTHS_MIN:
        raise TooLittle(f"{_months(months)} both demand and a price; {MONTHS_MIN} are needed.")
    log_units, log_price = np.log(units[known]), np.log(price[known])
    base = _base(len(units), first_month)[known]
    moved = float(np.std(_left(log_price, base)))
    if moved < PRICE_MOVED_MIN:
        raise TooLittle(
            f"The price hardly moved: beside trend and season by {moved:.1%} in a usual month, and "
            f"{PRICE_MOVED_MIN:.0%} is the least in which an effect can be seen."
        )
    promoted = promotion[known].astype(np.float64)
    with_promotion = PROMOTIONS_MIN <= promoted.sum() <= months - PROMOTIONS_MIN
    others = np.column_stack([base, promoted]) if with_promotion else base
    # Months left out are rare: their neighbours count as neighbours of each other.
    regressors = np.column_stack([log_price, others])
    found = GLSAR(log_units, regressors, rho=1).iterative_fit(maxiter=PASSES, cov_type="HC3", use_t=True)
    interval = np.asarray(found.conf_int(1 - LEVEL))
    effects = [Effect(float(found.params[at]), *map(float, interval[at])) for at in (0, -1)]
    fitted = np.full(len(units), np.nan)
    # Near a random walk the level is anybody's guess: beside the effects, trend and season stand as they fit best.
    effect = log_price * found.params[0] + (promoted * found.params[-1] if with_promotion else 0.0)
    fitted_logs = log_units - _left(log_units - effect, base)
    fitted[known] = np.exp(fitted_logs)
    return Elasticity(
        price=effects[0],
        promotion=effects[1] if with_promotion else None,
        months=months,
        explained=_explained(log_units - fitted_logs, log_units - log_units.mean()),
        price_moved=moved,
        price_range=(
            float(np.expm1(log_price.min() - log_price[-1])),
            float(np.expm1(log_price.max() - log_price[-1])),
        ),
        fitted=fitted,
    )


@dataclass(frozen=True)
class WhatIf:
    """What multiplies demand, month by month: likely, least, most by the 95 % intervals taken together."""

    likely: Array
    low: Array
    high: Array


def what_if(found: Elasticity, *, price_change: Array, promotion: BoolArray) -> WhatIf:
    """Return the factors for a price changed by a share (0.05 = 5 % dearer, above -1) and a promotion, by month.

    A promotion whose lift is not known changes nothing. Raises ValueError where a price would be nothing or less.
    """
    if (price_change <= -1).any():
        raise ValueError("A price cannot fall by 100 % or more.")
    moved = np.array([found.price.factor(change) for change in np.log1p(price_change)])
    if found.promotion is not None:
        moved = moved * np.where(promotion[:, None], found.promotion.factor(), 1.0)
    return WhatIf(moved[:, 0], moved[:, 1], moved[:, 2])


def _base(count: int, first_month: int) -> Array:
    """Return constant, trend and waves of the year, months x 8."""
    month = np.arange(count)
    angle = 2 * np.pi * ((month + first_month - 1) % 12) / 12
    waves = [wave(angle * number) for number in range(1, WAVES + 1) for wave in (np.sin, np.cos)]
    return np.column_stack([np.ones(count), month / 12, *waves])


def _left(values: Array, others: Array) -> Array:
    """Return what the others do not account for."""
    left: Array = values - others @ np.linalg.lstsq(others, values, rcond=None)[0]
    return left


def _explained(left: Array, before: Array) -> float:
    whole = float((before**2).sum())
    return max(0.0, 1 - float((left**2).sum()) / whole) if whole > 0 else 0.0


def _months(count: int) -> str:
    return {0: "No month has", 1: "Only one month has"}.get(count, f"Only {count} months have")
