"""Territories of a cycle: who is how far, and what each changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from demand.constants import ChangeState
from demand.selectors.change_groups import ChangeGroup
from demand.selectors.kept import sums_kept
from demand.selectors.price import PRICE_SQL
from sop.constants import Progress, StepKind
from sop.models import Cycle, StepProgress

BASELINE_SQL = f"""
    with price as materialized ({PRICE_SQL}), plan as (
        select d.id, c.owner_id, sum(b.mean) as units
        from demand_baseline b
        join demand_baselinerun r on r.id = b.run_id and r.adopted and r.cycle_id = %(cycle)s
        join demand_series d on d.id = b.series_id and d.active
        join sop_customer c on c.id = d.customer_id and c.owner_id is not null
        group by d.id, c.owner_id
    )
    select owner_id, sum(units), sum(units * coalesce(price.price, 0))
    from plan left join price on price.series_id = plan.id group by 1
"""  # noqa: S608  (a constant of price.py)


@dataclass(frozen=True)
class Territory:
    """One person's part of gather demand, whole horizon: base units, and money at plan price."""

    part: StepProgress
    baseline: Decimal
    baseline_money: Decimal
    units: Decimal = Decimal(0)  # changed, in the months that left the baseline
    money: Decimal = Decimal(0)
    cells: int = 0
    unexplained: int = 0
    to_decide: int = 0
    unanswered: int = 0

    @property
    def sales(self) -> Decimal:
        """Return the sales number in base units."""
        return self.baseline + self.units

    @property
    def sales_money(self) -> Decimal:
        """Return the sales number at plan price."""
        return self.baseline_money + self.money

    @property
    def change(self) -> float | None:
        """Return the change against the baseline as a share; None without a baseline."""
        return float(self.units / self.baseline) if self.baseline else None

    @property
    def settled(self) -> bool:
        """Return whether nothing is left to do: handed in, every change explained and looked at."""
        return self.part.state == Progress.SUBMITTED and not (self.unexplained or self.to_decide or self.unanswered)


def territories(cycle: Cycle, groups: Sequence[ChangeGroup]) -> list[Territory]:
    """Return everybody's part of the step, what is open first; `groups` are all changes of the cycle."""
    parts = StepProgress.objects.filter(step__cycle=cycle, step__kind=StepKind.GATHER).select_related("user")
    baselines = sums_kept("territories", cycle, lambda: _baselines(cycle), cycle.bucket)
    own: dict[int, list[ChangeGroup]] = {}
    for group in groups:
        own.setdefault(group.person_id, []).append(group)
    found = [
        _territory(part, *baselines.get(part.user_id, (Decimal(0), Decimal(0))), own.get(part.user_id, []))
        for part in parts.order_by("user__name")
    ]
    return sorted(found, key=lambda each: (each.settled, each.part.state == Progress.SUBMITTED))


def _baselines(cycle: Cycle) -> dict[int, tuple[Decimal, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(BASELINE_SQL, {"cycle": cycle.pk, "on": cycle.bucket})
        return {owner: (units, money) for owner, units, money in cursor.fetchall()}


def _territory(part: StepProgress, units: Decimal, money: Decimal, groups: Sequence[ChangeGroup]) -> Territory:
    return Territory(
        part,
        units,
        money,
        units=sum((group.units for group in groups), Decimal(0)),
        money=sum((group.money for group in groups), Decimal(0)),
        cells=sum(group.cells for group in groups),
        unexplained=sum(group.unexplained for group in groups),
        to_decide=sum(group.to_decide for group in groups),
        unanswered=sum(group.state == ChangeState.ASKED for group in groups),
    )
