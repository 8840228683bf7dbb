"""A file saved at the same moment as something else, on real connections."""

from datetime import date

import pytest

from demand.models import ChangeSet, Override, Series, Upload
from demand.services import upload as upload_service
from demand.services.upload import UploadSaved, upload_receive, upload_save
from sop.constants import Role, Source, StepKind
from sop.models import Cycle, User
from sop.refusals import StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make, person_make
from tests.support.plan_file import plan_file
from tests.support.races import begun_while_closing, meet_after, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]
MAY = date(2022, 5, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    return series


def waiting(cycle: Cycle, user: User, quantity: int) -> Upload:
    content = plan_file(cycle, user).put("HARBOUR", "May 2022", quantity).content()
    with acting(user, Source.PAGE):
        return upload_receive(user=user, cycle_id=cycle.pk, file_name=f"{user.username}.xlsx", content=content)


def saved(user: User, upload: Upload) -> tuple[int, bool]:
    with acting(user, Source.PAGE):
        outcome, rest = upload_save(user=user, upload_id=upload.pk)
    return len(outcome.saved), rest is not None


def test_two_planners_files_of_one_cell_leave_one_number_and_one_choice(
    cast: Cast, cycle: Cycle, harbour: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked at the cell before either writes; the second one's number waits instead of overwriting."""
    otto = person_make("otto", Role.DEMAND_PLANNER)
    first, second = waiting(cycle, cast.olga, 130), waiting(cycle, otto, 140)
    meet_after(monkeypatch, "upload_preview", upload_service)
    outcomes = together(lambda: saved(cast.olga, first), lambda: saved(otto, second))
    assert sorted(outcomes) == [(0, True), (1, False)]  # type: ignore[type-var]
    held = Override.objects.get()
    left = Upload.objects.get()
    assert (held.version, {held.changed_by_id, left.user_id}) == (1, {cast.olga.pk, otto.pk})


def test_one_file_saved_by_two_clicks_is_one_change(
    cast: Cast, cycle: Cycle, harbour: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = waiting(cycle, cast.ana, 130)
    meet_after(monkeypatch, "upload_preview", upload_service)
    outcomes = together(lambda: saved(cast.ana, upload), lambda: saved(cast.ana, upload))
    assert (1, False) in outcomes
    assert sum(isinstance(each, UploadSaved) for each in outcomes) == 1
    assert ChangeSet.objects.count() == 1


def test_a_file_saved_while_the_step_closes_is_refused(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    upload = waiting(cycle, cast.ana, 130)
    gather = step(cycle, StepKind.GATHER)
    gather.progress.update(state="submitted")
    outcome = begun_while_closing(cast.cora, gather, lambda: saved(cast.ana, upload))
    assert isinstance(outcome, StepClosed)
    assert not Override.objects.exists()
    assert Upload.objects.get() == upload
