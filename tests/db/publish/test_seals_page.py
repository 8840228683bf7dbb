"""The page of seals computes none: it shows the last check, which is asked for and runs as background work."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from publish.models import PublishedPlan
from publish.selectors.seals import KIND, seals_seen
from publish.services.seals import seals_check_request
from sop.models import Job
from sop.refusals import NotAllowed, Refused
from tests.api_world import NOON, world_make
from tests.demand_makers import series_make
from tests.factories import Cast, client_of, cycle_make
from tests.plan_makers import publish, signed_again, signed_make, snapshot_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

PAGE = "/plans/check/"


@pytest.fixture
def plan(cast: Cast) -> PublishedPlan:
    world = world_make(cast, cycle_make(cast))
    snapshot_make(world.cycle, {series_make(cast.harbour): "7"})
    signed_make(cast, world)
    return publish(cast.cora, world.cycle)


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_looking_at_the_page_reads_no_line(cast: Cast, plan: PublishedPlan) -> None:
    for user in (cast.ana, cast.cora):
        with CaptureQueriesContext(connection) as asked:
            html = page(client_of(user))
        assert not [query["sql"] for query in asked if "publish_planline" in query["sql"]]
        assert "Not checked yet" in html
        assert ("Check now" in html) == (user == cast.cora)


def test_a_check_is_asked_for_and_its_result_stays_on_the_page(cast: Cast, plan: PublishedPlan) -> None:
    client = client_of(cast.finn)
    assert client.post(PAGE).status_code == 302
    html = page(client)
    assert "A check that Finn asked for is under way" in html
    assert "Check now" not in html
    assert parts_run(Job.objects.get(kind=KIND)).state == "done"
    html = page(client_of(cast.ana))
    assert "As signed" in html
    assert "by Finn" in html


def test_one_check_runs_at_a_time(cast: Cast, plan: PublishedPlan) -> None:
    seals_check_request(user=cast.cora)
    answer = client_of(cast.finn).post(PAGE)
    assert (answer.status_code, "running already, asked for by Cora" in answer.content.decode()) == (422, True)
    assert Job.objects.filter(kind=KIND).count() == 1


def test_a_rep_asks_for_none(cast: Cast, plan: PublishedPlan) -> None:
    assert client_of(cast.ana).post(PAGE).status_code == 403
    with pytest.raises(NotAllowed):
        seals_check_request(user=cast.ana)


def test_a_plan_that_was_changed_is_named(cast: Cast, plan: PublishedPlan) -> None:
    facts = {"approvers": [], "currency": "USD", "line_count": 0, "published_at": NOON, "seal": "0" * 64}
    forged = PublishedPlan.objects.create(
        cycle=plan.cycle, version=2, reason="Tidied.", scenario_run=plan.scenario_run, published_by=cast.cora, **facts
    )
    parts_run(seals_check_request(user=cast.cora))
    assert seals_seen().broken == [forged]
    html = page(client_of(cast.ana))
    assert "no longer what was signed" in html
    assert "Changed after signing" in html


def test_a_plan_published_since_is_not_checked_yet(cast: Cast, plan: PublishedPlan) -> None:
    parts_run(seals_check_request(user=cast.cora))
    signed_again(plan.cycle)
    second = publish(cast.cora, plan.cycle, "Another look.")
    assert seals_seen().plans == [(second, None), (plan, True)]


def test_without_a_plan_there_is_nothing_to_check(cast: Cast) -> None:
    with pytest.raises(Refused, match="no seal to check"):
        seals_check_request(user=cast.cora)
    assert "No plan is published yet" in page(client_of(cast.cora))
