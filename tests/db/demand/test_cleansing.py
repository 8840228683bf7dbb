"""Cleansing in the tables: a look proposes and lets lapse, persons decide, a decision stays, the baseline follows."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from demand.constants import CleansingCause, CleansingDecision, CleansingKind, CleansingState
from demand.engine import cleansing as engine
from demand.frames import history_panel, orders_matrices
from demand.home import corrections_to_decide
from demand.models import Actual, Cleansing, Series
from demand.selectors.cleansing import (
    Narrowed,
    baseline_behind,
    cleansed_months,
    cleansing_counts,
    cleansing_found,
    cleansing_listed,
    cleansing_stamp,
    cleansing_visible,
    cleansing_waiting,
)
from demand.selectors.cleansing_groups import cleansing_groups
from demand.services import cleansing_look as look_service
from demand.services.baseline import baseline_adopt, baseline_request
from demand.services.cleansing import cleansing_decide, cleansing_decide_all
from demand.services.cleansing_look import cleansing_look
from sop.constants import JobState, Role, Source, StepKind, StepState
from sop.engine.months import month_add, month_list
from sop.models import Cycle, CycleEvent, CycleStep, Price, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.selectors.record import record_faults
from tests.cleansing_makers import JANUARY, MONTHS, SHORT, SPIKE, at, looked, spiky_make
from tests.demand_makers import history_make, series_make
from tests.factories import FEBRUARY, Cast, cycle_make, person_make, product_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

ACCEPT, REFUSE = CleansingDecision.ACCEPT, CleansingDecision.REFUSE


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def spiky(cast: Cast) -> Series:
    """A series of Ana's with a project in May 2021 and a shortage in January 2021."""
    return spiky_make(series_make(cast.harbour))


def decide(user: User, cycle: Cycle, decision: CleansingDecision, *rows: Cleansing, **more: object) -> list[Cleansing]:
    with acting(user, Source.PAGE):
        seen = {row.pk: row.version for row in rows}
        return cleansing_decide(user=user, cycle_id=cycle.pk, decision=decision, seen=seen, **more)  # type: ignore[arg-type]


def read(series: Series, bucket: date = SPIKE) -> float:
    """Return what a baseline reads for a month."""
    panel = history_panel(series_ids=[series.pk], until=JANUARY)
    return float(panel[panel["ds"] == str(bucket)]["y"].iloc[0])


def test_the_engine_and_the_table_name_kinds_alike() -> None:
    assert {*engine.KINDS, CleansingKind.PERSON} == set(CleansingKind.values)
    causes = {engine.MISSING, engine.PADDED, engine.PROJECT, engine.ABOVE, engine.BELOW, engine.SLIP}
    assert {*causes, CleansingCause.PERSON} == set(CleansingCause.values)


def test_a_look_proposes_a_project_and_fills_a_proven_shortage_by_rule(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    job = looked(cast.olga, cycle)
    assert job.result == {"proposed": 1, "by_rule": 1}
    project, shortage = at(spiky), at(spiky, SHORT)
    assert (project.kind, project.state, project.raw) == ("project", "proposed", 500)
    assert 95 < project.proposed < 115
    assert project.cleaned == project.proposed == round(project.proposed), "whole units"
    assert (shortage.kind, shortage.state, shortage.by_rule, shortage.raw) == ("stockout", "accepted", True, 30)
    assert (read(spiky), read(spiky, SHORT)) == (500, float(shortage.cleaned))
    assert not record_faults()
    entry = Cleansing.history.filter(id=project.pk).get()
    assert (entry.history_type, entry.source, entry.history_user_name) == ("+", "job", "Olga")


def test_looking_again_changes_nothing_and_writes_no_history(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    looked(cast.olga, cycle)
    before = list(Cleansing.objects.order_by("pk").values())
    looked(cast.olga, cycle)
    assert list(Cleansing.objects.order_by("pk").values()) == before
    assert Cleansing.history.count() == 2


def test_an_open_proposal_that_no_longer_holds_lapses_and_may_come_back(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    looked(cast.olga, cycle)
    month = Actual.objects.filter(series=spiky, bucket=SPIKE)
    month.update(ordered=105, shipped=105)
    looked(cast.olga, cycle)
    assert at(spiky).state == CleansingState.LAPSED
    assert cleansing_waiting(cast.olga) == 0
    month.update(ordered=600, shipped=600)
    looked(cast.olga, cycle)
    row = at(spiky)
    assert (row.state, row.raw, row.version) == ("proposed", 600, 3)
    assert not record_faults()


@pytest.mark.parametrize("decision", [ACCEPT, REFUSE])
def test_what_a_person_decided_is_never_overwritten_by_a_later_look(
    cast: Cast, cycle: Cycle, spiky: Series, decision: CleansingDecision
) -> None:
    looked(cast.olga, cycle)
    decided = decide(cast.olga, cycle, decision, at(spiky), at(spiky, SHORT))
    Actual.objects.filter(series=spiky, bucket=SPIKE).update(ordered=900, shipped=900)
    Actual.objects.filter(series=spiky, bucket=SHORT).update(cancelled=0)
    looked(cast.olga, cycle)
    assert [at(spiky).version, at(spiky, SHORT).version] == [row.version for row in decided]
    listed = cleansing_listed(cleansing_visible(cast.olga), on=FEBRUARY)
    assert listed.get(bucket=SPIKE).raw_now == 900


def test_accepting_counts_refusing_does_not_and_a_rule_can_be_refused(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    looked(cast.olga, cycle)
    (accepted,) = decide(cast.olga, cycle, ACCEPT, at(spiky))
    assert (accepted.state, accepted.decided_by, accepted.version) == ("accepted", cast.olga, 2)
    assert read(spiky) == accepted.proposed
    (refused,) = decide(cast.olga, cycle, REFUSE, at(spiky, SHORT))
    assert (refused.state, read(spiky, SHORT)) == ("refused", 30)
    decide(cast.olga, cycle, REFUSE, at(spiky))
    assert read(spiky) == 500
    events = CycleEvent.objects.filter(kind="cleansing_decided").order_by("pk").values_list("sentence", flat=True)
    assert list(events)[:2] == ["Olga accepted a correction of history.", "Olga refused a correction of history."]
    assert not record_faults()


def test_a_number_of_ones_own_needs_a_reason_and_stands_beside_the_proposal(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    looked(cast.olga, cycle)
    row = at(spiky)
    for cleaned, note, words in [
        (Decimal(180), "", "Say why"),
        (Decimal(-1), "x", "below zero"),
        (Decimal("NaN"), "x", "not a number"),
        (Decimal(10**13), "x", "most a month can hold"),
    ]:
        with pytest.raises(Refused, match=words):
            decide(cast.olga, cycle, ACCEPT, row, cleaned=cleaned, note=note)
    with pytest.raises(Refused, match="one correction that you accept"):
        decide(cast.olga, cycle, REFUSE, row, cleaned=Decimal(180), note="x")
    with pytest.raises(Refused, match="one correction that you accept"):
        decide(cast.olga, cycle, ACCEPT, row, at(spiky, SHORT), cleaned=Decimal(180), note="x")
    (own,) = decide(cast.olga, cycle, ACCEPT, row, cleaned=Decimal("180.5"), note="Half was a new depot")
    assert (own.cleaned, own.proposed, own.note) == (Decimal("180.5"), row.proposed, "Half was a new depot")
    assert read(spiky) == 180.5
    assert Cleansing.history.filter(id=row.pk).latest().history_change_reason == "Half was a new depot"


def test_the_second_planner_is_told_who_was_first_and_nothing_is_half_written(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    looked(cast.olga, cycle)
    seen, other = at(spiky), at(spiky, SHORT)
    decide(cast.olga, cycle, ACCEPT, seen)
    otto = person_make("otto", Role.DEMAND_PLANNER)
    with pytest.raises(Conflict, match=r"Olga accepted .* for .*, Harbour, May 2021 at .*, after you opened it"):
        decide(otto, cycle, REFUSE, other, seen)
    assert at(spiky, SHORT).version == other.version


def test_a_look_that_was_first_is_told_too(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    looked(cast.olga, cycle)
    seen = at(spiky)
    Actual.objects.filter(series=spiky, bucket=SPIKE).update(ordered=600, shipped=600)
    looked(cast.olga, cycle)
    with pytest.raises(Conflict, match="History was looked through again"):
        decide(cast.olga, cycle, ACCEPT, seen)
    Actual.objects.filter(series=spiky, bucket=SPIKE).update(ordered=100, shipped=100)
    looked(cast.olga, cycle)
    with pytest.raises(Conflict, match="no longer there"):
        decide(cast.olga, cycle, ACCEPT, at(spiky))


def test_only_demand_planners_look_and_decide_and_only_while_gather_is_open(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    looked(cast.olga, cycle)
    row = at(spiky)
    for user in (cast.ana, cast.sam, cast.finn, cast.eve, cast.cora):
        with pytest.raises(NotAllowed):
            decide(user, cycle, ACCEPT, row)
        with pytest.raises(NotAllowed):
            cleansing_look(user=user, cycle_id=cycle.pk)
    with pytest.raises(Refused, match="at least one"):
        decide(cast.olga, cycle, ACCEPT)
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        decide(cast.olga, cycle, ACCEPT, row)
    with pytest.raises(StepClosed):
        cleansing_look(user=cast.olga, cycle_id=cycle.pk)


def test_a_look_under_way_when_gather_closes_writes_nothing_and_says_so(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    with acting(cast.olga, Source.PAGE):
        job = cleansing_look(user=cast.olga, cycle_id=cycle.pk)
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    job = parts_run(job)
    assert (job.state, Cleansing.objects.count()) == (JobState.FAILED, 0)
    assert job.error.startswith("Gather demand is not open")


def test_without_history_or_series_there_is_nothing_to_look_through(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    with pytest.raises(Refused, match="no history yet"):
        cleansing_look(user=cast.olga, cycle_id=cycle.pk)
    history_make(series, [1.0], until=JANUARY)
    Series.objects.update(active=False)
    with pytest.raises(Refused, match="nothing to do"):
        cleansing_look(user=cast.olga, cycle_id=cycle.pk)


def test_one_look_at_a_time(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    cleansing_look(user=cast.olga, cycle_id=cycle.pk)
    with pytest.raises(Refused, match="running already"):
        cleansing_look(user=cast.olga, cycle_id=cycle.pk)


def test_how_a_look_is_cut_changes_nothing(
    cast: Cast, cycle: Cycle, spiky: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        spiky_make(series_make(cast.ridge, product_make(f"P{number}")))
    looked(cast.olga, cycle)
    whole = list(Cleansing.objects.order_by("pk").values())
    monkeypatch.setattr(look_service, "CLEANSING_CHUNK_SERIES", 2)
    job = looked(cast.olga, cycle)
    assert job.chunks.count() == 3
    assert list(Cleansing.objects.order_by("pk").values()) == whole
    assert len(whole) == 10


def test_a_month_in_which_nobody_ordered_is_a_missing_file_and_not_a_shortage(cast: Cast, cycle: Cycle) -> None:
    for number in range(3):
        history_make(series_make(cast.harbour, product_make(f"P{number}")), [100] * MONTHS, until=JANUARY)
    Actual.objects.filter(bucket=SPIKE).delete()
    looked(cast.olga, cycle)
    assert not Cleansing.objects.exists()
    lately = date(2021, 8, 1)
    Actual.objects.filter(bucket=lately, series__product__code="P1").delete()
    looked(cast.olga, cycle)
    assert [(row.bucket, row.state) for row in Cleansing.objects.all()] == [(lately, "proposed")]


def test_what_hardly_moves_the_baseline_is_not_put_to_a_person(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    history_make(series, [100] * MONTHS, until=JANUARY)
    Actual.objects.filter(series=series, bucket__in=[date(2018, 6, 1), date(2021, 6, 1)]).update(
        ordered=200, shipped=200
    )
    looked(cast.olga, cycle)
    assert [row.bucket for row in Cleansing.objects.all()] == [date(2021, 6, 1)], "a month of 2018 weighs an eighth"


def test_proposals_of_one_cause_and_quarter_are_settled_by_one_decision(cast: Cast, cycle: Cycle) -> None:
    for number in range(3):
        series = series_make(cast.harbour, product_make(f"P{number}"))
        Price.objects.create(product=series.product, price=10, valid_from=FEBRUARY)
        history_make(series, [100] * MONTHS, until=JANUARY)
        month = date(2021, 7 + number // 2, 1)
        Actual.objects.filter(series=series, bucket=month).update(ordered=200 + 50 * number, shipped=20)
        Actual.objects.filter(series=series, bucket=month_add(month, 2)).update(ordered=130, cancelled=40)
    looked(cast.olga, cycle)
    assert not cleansing_groups(cycle, cast.ben, Narrowed()), "of another rep's customer"
    (group,) = cleansing_groups(cycle, cast.olga, Narrowed())
    assert (group.cause, group.quarter, group.rows, group.families) == ("padded", date(2021, 7, 1), 3, 1)
    assert (group.units, group.money, group.effect) == (450, 4500, pytest.approx(375))
    narrowed = Narrowed(cause=group.cause, quarter=group.quarter)
    with acting(cast.olga, Source.PAGE):
        decided = cleansing_decide_all(
            user=cast.olga, cycle_id=cycle.pk, decision=ACCEPT, narrowed=narrowed, stamp=group.stamp
        )
        assert len(decided) == 3
        with pytest.raises(Conflict, match="The list has changed"):
            cleansing_decide_all(
                user=cast.olga, cycle_id=cycle.pk, decision=REFUSE, narrowed=narrowed, stamp=group.stamp
            )
    assert not cleansing_groups(cycle, cast.olga, Narrowed())


def test_an_item_nobody_got_is_a_shortage_by_rule(cast: Cast, cycle: Cycle) -> None:
    own, other = series_make(cast.harbour), series_make(cast.ridge)
    history_make(series_make(cast.harbour, product_make("P2")), [10] * MONTHS, until=JANUARY)
    for series in (own, other):
        history_make(series, [100] * MONTHS, until=JANUARY)
    Actual.objects.filter(series__in=[own, other], bucket=SHORT).delete()
    looked(cast.olga, cycle)
    assert {(row.series_id, row.by_rule) for row in Cleansing.objects.all()} == {(own.pk, True), (other.pk, True)}
    assert "no other customer got any" in at(own, SHORT).why


def test_the_first_baseline_of_a_cycle_looks_first_and_uses_what_counts(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    with acting(cast.olga, Source.PAGE):
        job = parts_run(baseline_request(user=cast.olga, cycle_id=cycle.pk).job)
    assert job.state == JobState.DONE, job.error
    assert job.chunks.order_by("stage")[0].label == "Looking through history"
    assert (at(spiky).state, at(spiky, SHORT).state) == ("proposed", "accepted")
    assert baseline_behind(cycle) == "", "it read what its own look wrote"
    decide(cast.olga, cycle, REFUSE, at(spiky))
    assert baseline_behind(cycle) == "", "a refused proposal changes nothing"
    decide(cast.olga, cycle, ACCEPT, at(spiky))
    assert baseline_behind(cycle) == "run"
    with acting(cast.olga, Source.PAGE):
        newer = baseline_request(user=cast.olga, cycle_id=cycle.pk)
        parts_run(newer.job)
        assert baseline_behind(cycle) == "adopt"
        baseline_adopt(user=cast.olga, run_id=newer.pk)
    assert baseline_behind(cycle) == ""


def test_everything_a_filter_shows_is_decided_unless_it_changed(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    others = [spiky_make(series_make(cast.ridge, product_make(f"P{number}"))) for number in range(2)]
    looked(cast.olga, cycle)
    narrowed = Narrowed(words="ridge P1")
    stamp = cleansing_stamp(cleansing_found(cast.olga, narrowed))
    common = {"user": cast.olga, "cycle_id": cycle.pk, "decision": ACCEPT}
    rows = cleansing_decide_all(**common, narrowed=narrowed, stamp=stamp)  # type: ignore[arg-type]
    assert [(row.series, row.bucket) for row in rows] == [(others[1], SPIKE)]
    stamp = cleansing_stamp(cleansing_found(cast.olga, Narrowed()))
    decide(cast.olga, cycle, REFUSE, at(spiky))
    with pytest.raises(Conflict, match="has changed since you opened it: it has 1 rows now"):
        cleansing_decide_all(**common, narrowed=Narrowed(), stamp=stamp)  # type: ignore[arg-type]


def test_a_list_is_in_scope_narrowed_counted_and_ordered_by_what_it_moves(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    cheap = spiky_make(series_make(cast.ridge, product_make("CHEAP")))
    Price.objects.create(product=spiky.product, price=10, valid_from=date(2020, 1, 1))
    Price.objects.create(product=spiky.product, customer=cast.harbour, price=20, valid_from=date(2020, 1, 1))
    Price.objects.create(product=spiky.product, price=99, valid_from=month_add(FEBRUARY, 1))
    Price.objects.create(product=cheap.product, price=1, valid_from=date(2020, 1, 1))
    looked(cast.olga, cycle)
    listed = list(cleansing_listed(cleansing_found(cast.olga, Narrowed()), on=FEBRUARY))
    assert [row.series for row in listed] == [spiky, cheap]
    assert [row.money / row.units for row in listed] == [20, 1]  # type: ignore[attr-defined]
    assert [row.series for row in cleansing_visible(cast.ana)] == [spiky, spiky]
    assert not cleansing_visible(person_make("new"))
    family = cheap.product.family_id
    assert cleansing_found(cast.olga, Narrowed(family=family)).count() == 2
    assert cleansing_found(cast.olga, Narrowed(kind="stockout", state="rule", words="CHEAP")).count() == 1
    counts = [count for _, _, count in cleansing_counts(cast.olga, Narrowed(words="cheap"))]
    assert counts == [1, 1, 0, 0, 2]
    assert [row.bucket for row in cleansed_months(cast.ana, f"s{spiky.pk}")] == [SHORT]
    assert cleansed_months(cast.ana, f"s{cheap.pk}") == cleansed_months(cast.ana, "total") == []


def test_the_home_page_asks_the_planner_while_something_waits(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER)
    assert corrections_to_decide(cast.olga, step) == []
    looked(cast.olga, cycle)
    (item,) = corrections_to_decide(cast.olga, step)
    assert (item.sentence, item.url) == ("Decide on a correction of history", f"/cycle/{cycle.pk}/cleansing/")
    assert corrections_to_decide(cast.ana, step) == []
    step.state = StepState.CLOSED
    assert corrections_to_decide(cast.olga, step) == []


def test_orders_are_read_as_matrices_with_what_others_got(cast: Cast) -> None:
    own, other = series_make(cast.harbour), series_make(cast.ridge)
    history_make(own, [5, 7], until=JANUARY)
    history_make(other, [3, 4, 6], until=JANUARY)
    Actual.objects.filter(series=own, bucket=JANUARY).update(shipped=2, cancelled=1)
    months = month_list(date(2021, 10, 1), 4)
    found = orders_matrices(series_ids=[own.pk], months=months)
    expected = {
        "ordered": [np.nan, np.nan, 5, 7],
        "shipped": [np.nan, np.nan, 5, 2],
        "cancelled": [np.nan, np.nan, 0, 1],
        "others": [0, 3, 4, 6],
    }
    for name, row in expected.items():
        np.testing.assert_equal(found[name], [row])
