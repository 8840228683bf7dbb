"""What publishing adds to the home page: how the last plan turned out, and the plan that waits to be measured."""

from django.urls import reverse

from publish.constants import MeasureKind
from publish.selectors import measure_table, months_measurable, months_measured
from sop.constants import StepKind
from sop.formats import percent
from sop.home_items import HomeFigure, HomeItem, home_figures, home_item
from sop.models import CycleStep, User
from sop.selectors.cycle import cycle_before, cycle_measured_last


@home_figures
def last_result(user: User) -> list[HomeFigure]:
    """Return the error of each layer in the latest measured month; bias plus = forecast too high."""
    cycle = cycle_measured_last()
    months = months_measured(cycle) if cycle else []
    if cycle is None or not months:
        return []
    rows = measure_table(cycle, months[-1], MeasureKind.TOTAL)
    url = reverse("publish:measure", args=[cycle.pk])
    return [
        HomeFigure(f"{label}, {months[-1]:%b %y}", percent(error), f"error (WMAPE); {_bias_word(bias)}", url)
        for row in rows
        for label, _, error, bias in row.layers
    ]


@home_item(StepKind.PUBLISH)
def plan_to_measure(user: User, step: CycleStep) -> list[HomeItem]:
    """Ask for the last plan's measuring; the next review waits for it."""
    before = cycle_before(step.cycle)
    if before is None or before.published_at is None or before.measured_at is not None:
        return []
    if not user.has_perm("publish.measure_plan"):
        return []
    url = reverse("publish:measure", args=[before.pk])
    if not months_measurable(before):
        detail = f"What was sold in {before.bucket:%B %Y} has not been imported yet."
        return [HomeItem(f"The plan of the {before} waits for actuals", detail, url, "Look", waiting=True)]
    return [HomeItem(f"Measure the plan of the {before}", "The next review opens after it.", url, "Measure it")]


def _bias_word(bias: float | None) -> str:
    if bias is None:
        return "no bias to tell"
    if round(abs(bias), 3) == 0:
        return "no bias"
    return f"bias {percent(abs(bias))} too {'high' if bias > 0 else 'low'}"
