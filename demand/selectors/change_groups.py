"""People's changes of the baseline, a line per person and product, with what the review says of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from demand.constants import TO_DECIDE, ChangeState, Reason
from demand.models import ChangeReview
from demand.selectors.price import PRICE_SQL
from sop.models import Cycle, User

# Whose a change is: the rep of the customer; where none is named, who typed it. Only months that left the baseline
# count. The mark is one number over all of them: another number in any cell, or another baseline under it, makes
# another mark, so that the review never takes new numbers for those it was about.
GROUPS_SQL = f"""
    with price as materialized ({PRICE_SQL}), cell as (
        select coalesce(c.owner_id, o.changed_by_id) as person_id, d.product_id, o.series_id, o.bucket, o.reason,
               o.changed_at, coalesce(b.mean, 0) as baseline, coalesce(o.quantity, b.mean, 0) as sales,
               coalesce(price.price, 0) as price
        from demand_override o
        join demand_series d on d.id = o.series_id and d.active
        join sop_customer c on c.id = d.customer_id
        left join demand_baselinerun r on r.cycle_id = o.cycle_id and r.adopted
        left join demand_baseline b on b.run_id = r.id and b.series_id = o.series_id and b.bucket = o.bucket
        left join price on price.series_id = o.series_id
        where o.cycle_id = %(cycle)s and o.layer = 'sales'
          and (%(product)s::bigint is null or d.product_id = %(product)s)
          and (%(person)s::bigint is null or coalesce(c.owner_id, o.changed_by_id) = %(person)s)
    ), one as (
        select person_id, product_id, coalesce(sum(baseline) filter (where moved), 0) as baseline,
               coalesce(sum(sales) filter (where moved), 0) as sales,
               coalesce(sum((sales - baseline) * price) filter (where moved), 0) as money,
               count(*) filter (where moved) as cells,
               count(*) filter (where moved and reason = '') as unexplained,
               min(bucket) filter (where moved) as first, max(bucket) filter (where moved) as last,
               max(changed_at) as changed_at,
               coalesce(bit_xor(hash_record_extended(row(series_id, bucket, sales, baseline), 0))
                        filter (where moved), 0) as mark
        from (select *, sales <> baseline as moved from cell) cell group by 1, 2
    )
    select one.*, u.name, u.username, p.name, p.code, p.family_id, f.name, f.code, coalesce(v.version, 0),
           case when v.id is null then 'open' when v.mark = one.mark then v.state
                when v.state = 'accepted' then 'changed' else 'answered' end as shown,
           coalesce(v.note, ''), coalesce(v.answer, ''), k.name, v.decided_at
    from one
    join sop_user u on u.id = one.person_id
    join sop_product p on p.id = one.product_id join sop_family f on f.id = p.family_id
    left join demand_changereview v on v.cycle_id = %(cycle)s and v.person_id = one.person_id
         and v.product_id = one.product_id
    left join sop_user k on k.id = v.decided_by_id
    where one.cells > 0 or v.id is not null
    order by abs(money) desc, abs(one.sales - one.baseline) desc, u.name, p.name
"""  # noqa: S608  (a constant of price.py)
# What people said of the changes that are shown: the reasons, the latest note, whose demand, who typed last.
TOLD_SQL = """
    with chosen as (
        select * from unnest(%(people)s::bigint[], %(products)s::bigint[]) as t(person_id, product_id)
    )
    select t.person_id, t.product_id, array_remove(array_agg(distinct o.reason), ''),
           (array_agg(o.note order by o.changed_at desc) filter (where o.note <> ''))[1], min(c.name),
           count(distinct c.id), (array_agg(w.name order by o.changed_at desc))[1],
           (array_agg(d.id order by d.id))[1]
    from chosen t
    join demand_series d on d.product_id = t.product_id and d.active
    join sop_customer c on c.id = d.customer_id
    join demand_override o on o.cycle_id = %(cycle)s and o.layer = 'sales' and o.series_id = d.id
         and coalesce(c.owner_id, o.changed_by_id) = t.person_id and o.quantity is not null
    left join sop_user w on w.id = o.changed_by_id
    group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """One person's changes of one product: totals of the months that left the baseline, base units and plan price."""

    person_id: int
    product_id: int
    baseline: Decimal
    sales: Decimal
    money: Decimal
    cells: int
    unexplained: int
    first: date | None  # None where every number went back to the baseline
    last: date | None
    changed_at: datetime
    mark: int
    person: str
    username: str
    product: str
    product_code: str
    family_id: int
    family: str
    family_code: str
    version: int  # of the review, 0 before the first word
    state: str  # ChangeState
    asked: str
    answer: str
    decided_by: str | None
    decided_at: datetime | None

    @property
    def key(self) -> str:
        """Return what a form names it by, with the numbers and the word that were seen."""
        return f"{self.person_id}.{self.product_id}.{self.version}.{self.mark}"

    @property
    def units(self) -> Decimal:
        """Return the change in base units."""
        return self.sales - self.baseline

    @property
    def share(self) -> float | None:
        """Return the change against the baseline as a share; None without a baseline."""
        return float(self.sales / self.baseline - 1) if self.baseline else None

    @property
    def words(self) -> str:
        """Return the state in words."""
        return str(ChangeState(self.state).label)

    @property
    def to_decide(self) -> bool:
        """Return whether it waits for the demand planner."""
        return self.state in TO_DECIDE


@dataclass(frozen=True)
class Told:
    """What people said of one change in the grid."""

    reason_codes: list[str]
    note: str | None  # the latest
    customer: str
    customers: int
    changed_by: str | None
    series_id: int

    @property
    def reasons(self) -> str:
        """Return the reasons given, in words."""
        known = dict(Reason.choices)
        return ", ".join(known.get(code, code) for code in self.reason_codes)

    @property
    def where(self) -> str:
        """Return whose demand it is: the customer's name, or of how many customers."""
        return f"{self.customers} customers" if self.customers > 1 else self.customer


def change_groups(cycle: Cycle, *, person: User | None = None, product_id: int | None = None) -> list[ChangeGroup]:
    """Return people's changes of a cycle, of one person or product if named, most money first."""
    params: dict[str, Any] = {
        "cycle": cycle.pk,
        "on": cycle.bucket,
        "person": person.pk if person else None,
        "product": product_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(GROUPS_SQL, params)
        return [ChangeGroup(*row) for row in cursor.fetchall()]


def change_group(cycle: Cycle, *, person: User, product_id: int) -> ChangeGroup | None:
    """Return one person's changes of one product, None where nothing changed."""
    return next(iter(change_groups(cycle, person=person, product_id=product_id)), None)


def told_of(cycle: Cycle, groups: Sequence[ChangeGroup]) -> dict[tuple[int, int], Told]:
    """Return what people said of some changes, by (person, product), in one query."""
    params: dict[str, Any] = {
        "cycle": cycle.pk,
        "people": [group.person_id for group in groups],
        "products": [group.product_id for group in groups],
    }
    with connection.cursor() as cursor:
        cursor.execute(TOLD_SQL, params)
        return {(person, product): Told(*told) for person, product, *told in cursor.fetchall()}


def counts_by_state(groups: Sequence[ChangeGroup]) -> Mapping[str, int]:
    """Return how many changes are in each state."""
    counts = dict.fromkeys(ChangeState.values, 0)
    for group in groups:
        counts[group.state] += 1
    return counts


def questions_to(cycle: Cycle, person: User) -> list[ChangeGroup]:
    """Return the changes this person is asked about and has not answered, most money first."""
    if not ChangeReview.objects.filter(cycle=cycle, person=person, state=ChangeState.ASKED).exists():
        return []
    return [group for group in change_groups(cycle, person=person) if group.state == ChangeState.ASKED]
