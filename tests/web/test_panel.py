"""The side panel of the adjust screen: why this number, and how earlier ones turned out."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from demand.constants import METHODS
from demand.engine.global_model import GLOBAL
from demand.engine.members import MEMBERS
from demand.models import BaselineRun, BaselineSeries, Comment, ForecastSnapshot, OrderBook, Series
from demand.services.comment import Said, comment_post
from sop.constants import Source
from sop.models import Cycle, User
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, client_of, customer_make, cycle_make, product_make
from tests.plan_makers import actual_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
DECEMBER = date(2021, 12, 1)


def fragment(user: User, cycle: Cycle, name: str, row: str) -> str:
    return client_of(user).get(reverse(f"demand:{name}", args=[cycle.pk]), {"row": row}).content.decode()


def panel(user: User, cycle: Cycle, row: str) -> str:
    return " ".join(fragment(user, cycle, "panel", row).split())


def why_make(cycle: Cycle, series: Series, *, route: str, members: str) -> None:
    run = adopted_baseline(cycle, {series: 10})
    BaselineSeries.objects.create(run=run, series=series, route=route, reason="60 months.", months=60, members=members)


def test_every_method_has_its_words() -> None:
    assert set(METHODS) == {GLOBAL, *MEMBERS}


def test_a_regular_baseline_says_what_it_is_the_mean_of(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    why_make(cycle, series, route="regular", members="global, theta")
    assert "60 months. Mean of one model over all regular series and Theta with its own season." in panel(
        cast.ana, cycle, f"s{series.pk}"
    )


def test_other_routes_say_it_in_their_reason(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    why_make(cycle, series, route="intermittent", members="imapa, recent_mean")
    assert "Mean of" not in panel(cast.ana, cycle, f"s{series.pk}")


def test_earlier_numbers_are_held_against_what_was_ordered(cast: Cast) -> None:
    before = cycle_make(cast, DECEMBER)
    Cycle.objects.update(state="closed")
    cycle, series = cycle_make(cast, FEBRUARY), series_make(cast.harbour)
    adopted_baseline(cycle, {series: 10})
    numbers = {"baseline": Decimal(100), "sales": Decimal(150), "consensus": Decimal(100)}
    ForecastSnapshot.objects.create(cycle=before, series=series, bucket=DECEMBER, **numbers)
    actual_make(series, DECEMBER, "100")
    shown = fragment(cast.ana, cycle, "record", f"s{series.pk}")
    assert "you asked for 150, 100 were ordered and kept. <b>+50%</b>" in shown
    assert "0 of 1 changed cells came nearer than the baseline" in shown
    assert "you asked for" not in fragment(cast.eve, cycle, "record", "total"), (
        "who has no rows of their own has no record"
    )


@pytest.mark.parametrize(("name", "most"), [("panel", 24), ("row-chart", 20), ("row-orders", 20), ("record", 17)])
def test_queries_do_not_grow_with_series(cast: Cast, name: str, most: int) -> None:
    cycle, product = cycle_make(cast), product_make()
    client, counts = client_of(cast.olga), []
    for number in range(4):
        found = series_make(customer_make(f"C{number}", cast.north, cast.ana), product)
        BaselineRun.objects.update(adopted=False)
        adopted_baseline(cycle, dict.fromkeys(Series.objects.all(), 10.0))
        override_make(cycle, found, FEBRUARY, 12, cast.ana)
        comment_make(cycle, cast.ana, f"Said {number}")
        for row in ("total", f"p{product.pk}"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(f"demand:{name}", args=[cycle.pk]), {"row": row}).status_code == 200
            counts.append(len(queries))
    assert max(counts[2:]) == min(counts[2:]) <= most, counts


def test_the_month_shows_what_is_on_order_and_the_row_what_stays(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    for bucket, orders, quotes in ((DECEMBER, 40, 0), (FEBRUARY, 1360, 12)):
        OrderBook.objects.create(series=series, bucket=bucket, open_orders=orders, quotes=quotes, as_of=FEBRUARY)
    assert '1,360 <span class="muted">and 12 quoted</span>' in panel(cast.ana, cycle, f"s{series.pk}")
    orders = " ".join(fragment(cast.ana, cycle, "row-orders", f"s{series.pk}").split())
    assert "as of 1 Feb 2022" in orders
    assert '<span class="number">40</span> <span class="muted">of them asked for before Feb 2022' in orders
    assert "Too few orders to say how many will stay." in orders
    OrderBook.objects.all().delete()
    assert "<section" not in fragment(cast.ana, cycle, "row-orders", "total"), "nothing to tell is not told"


def test_a_row_of_others_has_no_panel(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.ridge)
    series_make(cast.harbour)
    for name in ("panel", "row-chart", "row-orders", "people"):
        for row in (f"s{series.pk}", "s0", "x9", "s\u00b2"):
            answer = client_of(cast.ana).get(reverse(f"demand:{name}", args=[cycle.pk]), {"row": row})
            assert answer.status_code == 404, (name, row)
    assert fragment(cast.ana, cycle, "record", f"s{series.pk}").strip() == ""


def test_the_chart_has_last_year_as_its_own_line(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    actual_make(series, date(2021, 3, 1), "77")
    actual_make(series, date(2022, 1, 1), "50")
    figure = client_of(cast.ana).get(reverse("demand:row-chart", args=[cycle.pk]), {"row": f"s{series.pk}"}).json()
    lines = {trace["name"]: trace for trace in figure["data"]}
    assert (lines["Last year"]["x"][1], lines["Last year"]["y"][1]) == ("2022-03-01", 77)
    assert lines["Last year"]["y"][12] is None, "February 2022 is not over"
    assert "Last cycle" not in lines, "there was none"


@pytest.mark.parametrize(("quantity", "told"), [(106, True), (94, True), (130, False), (100, False)])
def test_an_edit_below_the_noise_is_told_so(cast: Cast, quantity: int, told: bool) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    run = adopted_baseline(cycle, {series: 100})
    BaselineSeries.objects.create(run=run, series=series, route="regular", reason="x", months=60, noise=20)
    override_make(cycle, series, FEBRUARY, quantity, cast.ana)
    shown = panel(cast.ana, cycle, f"s{series.pk}")
    assert ("6 is less than this row swings by itself in a month, about 20 either way" in shown) is told


def comment_make(cycle: Cycle, user: User, text: str, row: str = "total") -> Comment:
    with acting(user, Source.PAGE):
        return comment_post(user=user, cycle_id=cycle.pk, said=Said(row, FEBRUARY, text))


def post(user: User, cycle: Cycle, *, htmx: bool = True, **fields: str) -> Any:
    """Post a comment as the panel of February does."""
    headers = {"HX-Request": "true"} if htmx else {}
    sent = {"row": "total", "month": "2022-02-01", "bucket": "2022-02-01"} | fields
    return client_of(user).post(reverse("demand:comment", args=[cycle.pk]), sent, headers=headers)


def test_a_comment_is_posted_and_shown_in_place(cast: Cast) -> None:
    cycle, _ = cycle_make(cast), series_make(cast.harbour)
    answer = post(cast.ana, cycle, text="Is <b>this</b> real?")
    shown = answer.content.decode()
    assert (answer.status_code, 'data-news="Comment posted."' in shown) == (200, True)
    assert "Is &lt;b&gt;this&lt;/b&gt; real?" in shown
    assert 'data-open="2022-02-01"' in shown
    assert "Is &lt;b&gt;this" in panel(cast.olga, cycle, "total")
    assert (
        'data-open="row"'
        in post(
            cast.olga, cycle, bucket="", text="All of it", row=f"p{Series.objects.get().product_id}"
        ).content.decode()
    )


def test_a_refused_comment_keeps_what_was_typed(cast: Cast) -> None:
    cycle, _ = cycle_make(cast), series_make(cast.harbour)
    answer = post(cast.ana, cycle, bucket="", text='@nobody "look"')
    shown = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert "There is nobody called @nobody here" in shown
    assert ">@nobody &quot;look&quot;</textarea>" in shown
    assert '<option value="" selected>All months' in shown
    assert not Comment.objects.exists()


def test_a_comment_is_resolved_in_place(cast: Cast) -> None:
    cycle, _ = cycle_make(cast), series_make(cast.harbour)
    said = comment_make(cycle, cast.ana, "Real?")
    url = reverse("demand:comment-resolve", args=[cycle.pk, said.pk])
    fields = {"row": "total", "month": "2022-02-01"}
    shown = client_of(cast.olga).post(url, fields, headers={"HX-Request": "true"}).content.decode()
    assert "✓ Olga" in shown
    assert 'data-open=""' in shown
    assert ">Resolve</button>" not in shown


def test_without_scripts_a_comment_leads_back_to_its_row(cast: Cast) -> None:
    cycle, _ = cycle_make(cast), series_make(cast.harbour)
    answer = post(cast.ana, cycle, htmx=False, text="Real?")
    assert answer.headers["Location"] == f"/cycle/{cycle.pk}/demand/?row=total&bucket=2022-02-01"
    refused = post(cast.ana, cycle, htmx=False, text="")
    assert (refused.status_code, "Write what you want to say" in refused.content.decode()) == (422, True)


def test_nobody_talks_about_a_row_of_others(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.ridge)
    series_make(cast.harbour)
    answer = post(cast.ana, cycle, row=f"s{series.pk}", text="x")
    assert (answer.status_code, Comment.objects.count()) == (404, 0)
    assert post(cast.ana, cycle, month="nonsense", text="x").status_code == 404


def test_a_closed_cycle_shows_what_was_said_and_takes_no_more(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    comment_make(cycle, cast.ana, "Real?")
    Cycle.objects.update(state="closed")
    shown = panel(cast.ana, cycle, "total")
    assert "Real?" in shown
    assert "no more is said about its numbers" in shown
    assert "<form" not in shown
    assert "Nothing was said about this row." in panel(cast.ana, cycle, f"s{series.pk}")
    answer = post(cast.ana, cycle, text="Late")
    assert (answer.status_code, "is closed" in answer.content.decode()) == (422, True)


def test_names_are_offered_of_those_who_have_the_row(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    answer = client_of(cast.ana).get(reverse("demand:people", args=[cycle.pk]), {"row": f"s{series.pk}"}).json()
    assert [person["username"] for person in answer["people"]] == ["cora", "eve", "finn", "olga", "sam"]


def test_open_comments_are_marked_in_the_grid(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    comment_make(cycle, cast.ana, "Real?", f"s{series.pk}")
    with acting(cast.ana, Source.PAGE):
        comment_post(user=cast.ana, cycle_id=cycle.pk, said=Said("total", None, "All of it"))
    grid = client_of(cast.ana).get(reverse("demand:grid-data", args=[cycle.pk])).json()
    rows = [row["id"] for row in grid["rows"]]
    assert grid["comments"] == [[rows.index(f"s{series.pk}"), grid["first_plan_column"]], [0, None]]
    Comment.objects.update(resolved_at=timezone.now(), resolved_by=cast.ana)
    assert client_of(cast.ana).get(reverse("demand:grid-data", args=[cycle.pk])).json()["comments"] == []
