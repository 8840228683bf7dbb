"""Gathering demand in the demo: baseline, people's changes, submissions; all through the services the screens use."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from demand.constants import Action
from demand.models import Series
from demand.selectors.layers import Layers, layers
from demand.selectors.series import layer_of
from demand.services.assumption import assumption_state
from demand.services.assumption_rules import Stated
from demand.services.baseline import baseline_request
from demand.services.comment import Said, comment_post
from demand.services.gather import territory_submit
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from publish.demo.clock import clock
from publish.demo.dice import dice
from publish.demo.story import ASSUMPTIONS, CHANGES, REMARKS, Change
from publish.demo.tables import keys_by
from publish.demo.work import job_run
from sop.constants import Source
from sop.models import Customer, Cycle, Family, User
from sop.request_context import acting

MINUTES_APART = 17  # between one change and the next
ROUGH = 0.06  # people's numbers scatter this much around the factor they have in mind


def baseline_make(olga: User, cycle: Cycle, at: datetime) -> None:
    """Run the baseline; a cycle's first one is adopted as it finishes."""
    with clock(at), acting(olga, Source.PAGE):
        job_run(baseline_request(user=olga, cycle_id=cycle.pk).job)


def changes_make(users: dict[str, User], cycle: Cycle, begins: datetime) -> None:
    """Let everybody make this cycle's changes, one after the other."""
    series = _series()
    for number, change in enumerate(each for each in CHANGES if each.cycle == cycle.bucket):
        user = users[change.who]
        with clock(begins + timedelta(minutes=MINUTES_APART * number)), acting(user, Source.PAGE):
            chosen = _chosen(change, series)
            overrides_save(
                user=user,
                cycle_id=cycle.pk,
                change_set_id=uuid.uuid5(uuid.NAMESPACE_URL, f"harlow/{cycle.bucket}/{number}"),
                action=Action.SPREAD,
                cells=_cells(change, layers(cycle, series_ids=chosen), layer_of(user), number),
                reason=change.reason or "",
                note=change.note,
            )


def assumptions_make(users: dict[str, User], cycle: Cycle, at: datetime) -> None:
    """Let people state what they know and date."""
    for number, known in enumerate(each for each in ASSUMPTIONS if each.cycle == cycle.bucket):
        user = users[known.who]
        with clock(at + timedelta(minutes=MINUTES_APART * number)), acting(user, Source.PAGE):
            stated = Stated(
                kind=known.kind,
                state=known.state,
                customer=Customer.objects.get(code=known.customer) if known.customer else None,
                family=Family.objects.get(code=known.family),
                first_bucket=known.first,
                last_bucket=known.last,
                quantity=None if known.quantity is None else Decimal(known.quantity),
                percent=None if known.percent is None else Decimal(known.percent),
                probability=Decimal(known.probability),
                note=known.note,
            )
            assumption_state(user=user, cycle_id=cycle.pk, stated=stated)


def remarks_make(users: dict[str, User], cycle: Cycle, begins: datetime) -> None:
    """Let people talk about numbers, one after the other."""
    families = keys_by(Family)
    for number, remark in enumerate(REMARKS):
        with clock(begins + timedelta(minutes=MINUTES_APART * number)), acting(users[remark.who], Source.PAGE):
            said = Said(f"f{families[remark.family]}", remark.month, remark.text)
            comment_post(user=users[remark.who], cycle_id=cycle.pk, said=said)


def submissions_make(users: dict[str, User], cycle: Cycle, who: list[str], begins: datetime) -> None:
    """Hand in territories, one person after the other."""
    for number, name in enumerate(who):
        with clock(begins + timedelta(minutes=MINUTES_APART * number)), acting(users[name], Source.PAGE):
            territory_submit(user=users[name], cycle_id=cycle.pk)


def _series() -> pd.DataFrame:
    """Return every active series with its family, customer and rep."""
    rows = Series.objects.filter(active=True).order_by("pk")
    found = rows.values_list("pk", "product__family__code", "customer__code", "customer__owner__username")
    return pd.DataFrame(list(found), columns=["key", "family", "customer", "rep"])


def _chosen(change: Change, series: pd.DataFrame) -> list[int]:
    """Return the series a change touches: of the named customers, or of all the person's own."""
    mine = series["customer"].isin(change.customers) if change.customers else series["rep"] == change.who
    return series.loc[mine & series["family"].isin(change.families), "key"].to_list()


def _cells(change: Change, shown: Layers, layer: str, number: int) -> list[CellEdit]:
    """Return the cells that become another number; a planner starts from sales' number, a rep from the baseline."""
    below = shown.sales if layer == "consensus" else shown.baseline
    span = slice(change.first, change.last + 1)
    rough = dice(f"changes {change.cycle} {number}").normal(1.0, ROUGH, below[:, span].shape)
    wanted = np.round(below[:, span] * (1 + (change.times - 1) * rough))
    months = shown.months[span]
    return [
        CellEdit(shown.series_ids[row], months[column], Decimal(int(wanted[row, column])), 0)
        for row, column in zip(*np.nonzero(wanted != np.round(below[:, span])), strict=True)
    ]
