"""What a price change or a promotion would do to a family's demand, by what earlier ones went with."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from demand.constants import AssumptionKind
from demand.figures import family_figure, price_figure, what_if_figure
from demand.selectors.family_price import FamilyMonths, family_months, family_series
from demand.selectors.grid import can_edit
from demand.selectors.layers import plan_months
from demand.selectors.row_sums import row_layers
from sop.figures import Figure
from sop.models import Cycle, Family, User

if TYPE_CHECKING:
    from demand.engine.regression import Effect, Elasticity

WIDE = 1.5  # elasticity's interval: from here on it holds both a shrug and a collapse
EXPLAINED_MIN = 0.5
MONTHS_SURE = 36


@dataclass(frozen=True)
class Asked:
    """What a person asks: a price change in percent and a promotion, in months of the plan."""

    percent: float
    promotion: bool
    first: date
    last: date


@dataclass(frozen=True)
class WhatIfMonth:
    """One month of the plan, base units: as it is before assumptions, with the change, and its 95 % range."""

    bucket: date
    plan: float
    changed: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """Return what the change adds."""
        return self.changed - self.plan

    @property
    def least(self) -> float:
        """Return the least it adds, by its range."""
        return self.low - self.plan

    @property
    def most(self) -> float:
        """Return the most it adds, by its range."""
        return self.high - self.plan


@dataclass(frozen=True)
class WhatIfAnswer:
    """What was asked, answered month by month."""

    months: list[WhatIfMonth]
    total: WhatIfMonth
    percent: float  # what the months asked for gain, in percent
    beyond: str  # a sentence where the price leaves what was ever seen; "" where it does not
    figure: Figure
    prefilled: dict[str, str]  # the assumption this would be; empty where there is none to state


@dataclass(frozen=True)
class FamilyStudy:
    """How a family's demand went with its price."""

    family: Family
    refusal: str  # why nothing can be told; then what follows is empty
    months: int = 0  # the regression saw
    elasticity: "Effect | None" = None
    lift: float | None = None  # of a promotion, share of demand
    explained: float | None = None
    is_realised: bool = True
    is_told: bool = False  # demand fell when the price rose, and by more than noise
    sentences: tuple[str, ...] = ()
    figure: Figure | None = None
    price_figure: Figure | None = None
    answer: WhatIfAnswer | None = None


def family_study(cycle: Cycle, user: User, family: Family, asked: Asked) -> FamilyStudy:
    """Return what a family's history says of its price, and what the change asked for would do to the plan."""
    from demand.engine.regression import TooLittle, elasticity_find  # noqa: PLC0415  (engines load when first asked for)

    history = family_months(cycle, user, family)
    if history is None:
        return FamilyStudy(family, "There is no history of this family yet.")
    try:
        found = elasticity_find(history.units, history.price, history.promotion, first_month=history.months[0].month)
    except TooLittle as refusal:
        return FamilyStudy(family, str(refusal))
    is_told = found.price.high < 0
    return FamilyStudy(
        family=family,
        refusal="",
        months=found.months,
        elasticity=found.price,
        lift=found.promotion.factor()[0] - 1 if found.promotion else None,
        explained=found.explained,
        is_realised=history.is_realised,
        is_told=is_told,
        sentences=(_price_said(found.price), _promotion_said(found, history), _worth_said(found)),
        figure=family_figure(
            past=history.months,
            units=history.units,
            fitted=found.fitted,
            promoted=[month for month, had in zip(history.months, history.promotion, strict=True) if had],
        ),
        price_figure=price_figure(past=history.months, price=100 * history.price),
        # Demand that rose with the price rose for another reason: no answer can be drawn from it.
        answer=None if asked.percent and found.price.low > 0 else _answer(cycle, user, family, found, asked),
    )


def _answer(cycle: Cycle, user: User, family: Family, found: "Elasticity", asked: Asked) -> WhatIfAnswer:
    from demand.engine.regression import what_if  # noqa: PLC0415

    months = plan_months(cycle)
    plan = row_layers(cycle, family_series(user, family), months).sales
    within = np.array([asked.first <= month <= asked.last for month in months])
    factors = what_if(
        found, price_change=np.where(within, asked.percent / 100, 0.0), promotion=within & asked.promotion
    )
    changed, low, high = (plan * factor for factor in (factors.likely, factors.low, factors.high))
    rows = [WhatIfMonth(*row) for row in zip(months, *(at.tolist() for at in (plan, changed, low, high)), strict=True)]
    # The months' errors are one error, of the elasticity: their ranges add up.
    total = WhatIfMonth(months[-1], *(float(at.sum()) for at in (plan, changed, low, high)))
    percent = float(100 * (factors.likely[within][0] - 1)) if within.any() else 0.0
    effect = found.price if asked.percent else found.promotion
    states = effect is not None and effect.is_told and not (asked.percent and effect.low > 0) and round(percent, 2) != 0
    return WhatIfAnswer(
        months=rows,
        total=total,
        percent=percent,
        beyond=_beyond_said(found, asked),
        figure=what_if_figure(months=months, plan=plan, changed=changed, low=low, high=high),
        prefilled=_prefilled(family, found, asked, percent) if states and can_edit(cycle, user) else {},
    )


def _prefilled(family: Family, found: "Elasticity", asked: Asked, percent: float) -> dict[str, str]:
    """Return the assumption this would be, by the names of its form's fields."""
    what = [f"Price {asked.percent:+g} %"] if asked.percent else []
    what += ["a promotion"] if asked.promotion and found.promotion else []
    kind = AssumptionKind.PRICE_CHANGE if asked.percent else AssumptionKind.PROMOTION
    said = f"{' and '.join(what)}. By {found.months} months of history: {_price_said(found.price)}"
    return {
        "kind": kind.value,
        "family": str(family.pk),
        "first_bucket": f"{asked.first:%Y-%m}",
        "last_bucket": f"{asked.last:%Y-%m}",
        "percent": f"{percent:.2f}",
        "note": said[0].upper() + said[1:],
    }


def _price_said(price: "Effect") -> str:
    if price.high < 0:
        return f"1 % dearer has gone with {-price.value:.1f} % less (between {-price.high:.1f} and {-price.low:.1f})."
    if price.low > 0:
        return (
            f"1 % dearer has gone with {price.value:.1f} % more (between {price.low:.1f} and {price.high:.1f}): "
            "something else moved with the price, scarcity or a dearer mix. Plan no price by it."
        )
    return (
        "No effect of the price can be told from noise: 1 % dearer has gone with anything between "
        f"{-price.low:.1f} % less and {price.high:.1f} % more."
    )


def _promotion_said(found: "Elasticity", history: FamilyMonths) -> str:
    if found.promotion is None:
        had = int(history.promotion.sum())
        months = f"{had} month{'s' if had != 1 else ''} had one" if had else "no month had one"
        return f"What a promotion does cannot be told: {months} by the assumptions stated."
    likely, low, high = (factor - 1 for factor in found.promotion.factor())
    if not found.promotion.is_told:
        return f"No effect of a promotion can be told from noise ({_signed(low)} to {_signed(high)})."
    return f"A promotion has gone with {_signed(likely)} (between {_signed(low)} and {_signed(high)})."


def _signed(share: float) -> str:
    return f"{share:+.0%}".replace("-", "−")


def _worth_said(found: "Elasticity") -> str:
    said = (
        f"Price, promotions, trend and season account for {found.explained:.0%} of how demand moved over "
        f"{found.months} months (R2 {found.explained:.2f})."
    )
    if found.price.high >= 0:
        return said
    is_hint = found.explained < EXPLAINED_MIN or found.months < MONTHS_SURE or found.price.high - found.price.low > WIDE
    return f"{said} {'Take it for a hint, no more.' if is_hint else 'Worth planning by, with its range.'}"


def _beyond_said(found: "Elasticity", asked: Asked) -> str:
    low, high = found.price_range
    change = asked.percent / 100
    if min(low, 0.0) <= change <= max(high, 0.0):
        return ""
    return (
        f"The price was never there: in history it lay {_signed(low)} to {_signed(high)} from today's. "
        "Beyond that the answer is a guess."
    )
