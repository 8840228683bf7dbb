"""Views people keep of a page: one's own, of a checked shape, few, one to open with."""

from typing import Any

import pytest

from sop.constants import VIEWS_MAX
from sop.models import SavedView, User
from sop.refusals import NotAllowed, Refused
from sop.selectors.saved_views import saved_views, view_to_open
from sop.services.saved_view import view_change, view_delete, view_save
from tests.factories import Cast

pytestmark = pytest.mark.django_db
STATE = {"unit": "revenue", "filter": "misses", "abc": "A", "find": "board", "level": 3, "from": -2}


def keep(user: User, name: str = "My month", state: Any = STATE) -> SavedView:
    return view_save(user=user, page="demand", name=name, state=state)


def test_a_view_is_kept_as_it_was_shown_and_belongs_to_one_person(cast: Cast) -> None:
    view = keep(cast.ana, "  My \n month ")
    assert (view.name, view.state) == ("My month", STATE)
    assert list(saved_views(cast.ana, "demand")) == [view]
    assert not saved_views(cast.ben, "demand").exists()


def test_the_same_name_takes_the_new_state(cast: Cast) -> None:
    first = keep(cast.ana)
    assert keep(cast.ana, state={"filter": "changed"}).pk == first.pk
    assert saved_views(cast.ana, "demand").get().state == {"filter": "changed"}


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (None, "object"),
        ([], "object"),
        ({"colour": "red"}, "'colour' is not part of a view"),
        ({"unit": "tons"}, "'tons' is no value of 'unit'"),
        ({"filter": ["all"]}, "no value of 'filter'"),
        ({"level": True}, "no value of 'level'"),
        ({"level": 9}, "no value of 'level'"),
        ({"from": 10**30}, "no value of 'from'"),
        ({"find": "x" * 81}, "no value of 'find'"),
        ({"find": "a\0b"}, "no value of 'find'"),
    ],
)
def test_a_state_of_another_shape_is_refused(cast: Cast, state: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        keep(cast.ana, state=state)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 61])
def test_a_view_needs_a_name_of_its_own(cast: Cast, name: str) -> None:
    with pytest.raises(Refused):
        keep(cast.ana, name)


def test_only_known_pages_have_views(cast: Cast) -> None:
    with pytest.raises(Refused, match="cannot be kept"):
        view_save(user=cast.ana, page="somewhere", name="x", state={})


def test_a_list_too_long_to_choose_from_is_refused(cast: Cast) -> None:
    for number in range(VIEWS_MAX):
        keep(cast.ana, f"View {number}")
    with pytest.raises(Refused, match=f"You have {VIEWS_MAX} views"):
        keep(cast.ana, "One more")
    keep(cast.ana, "View 3", {})  # a known one may still change
    keep(cast.ben, "Mine")


def test_one_view_at_most_opens_the_page(cast: Cast) -> None:
    first, second = keep(cast.ana, "First"), keep(cast.ana, "Second")
    assert view_to_open(cast.ana, "demand", {}) is None
    for view in (first, second):
        view_change(user=cast.ana, view_id=view.pk, is_default=True)
        assert view_to_open(cast.ana, "demand", {}) == view
    assert view_to_open(cast.ana, "demand", {"view": str(first.pk)}) == first
    assert view_to_open(cast.ana, "demand", {"filter": "changed"}) is None, "the address says itself what to show"
    view_change(user=cast.ana, view_id=second.pk, is_default=False)
    assert view_to_open(cast.ana, "demand", {}) is None


@pytest.mark.parametrize("named", ["", "x", "-1", "9" * 40, "0"])
def test_an_address_that_names_no_view_opens_none(cast: Cast, named: str) -> None:
    keep(cast.ana)
    assert view_to_open(cast.ana, "demand", {"view": named}) is None


def test_renaming_keeps_names_apart(cast: Cast) -> None:
    keep(cast.ana, "First")
    second = keep(cast.ana, "Second")
    with pytest.raises(Refused, match="already have a view called First"):
        view_change(user=cast.ana, view_id=second.pk, name="First")
    assert view_change(user=cast.ana, view_id=second.pk, name="Third").name == "Third"


def test_a_view_of_somebody_else_is_out_of_reach(cast: Cast) -> None:
    view = keep(cast.ana)
    with pytest.raises(Refused, match="not yours"):
        view_change(user=cast.ben, view_id=view.pk, name="Mine")
    with pytest.raises(Refused, match="not yours"):
        view_delete(user=cast.ben, view_id=view.pk)
    assert view_to_open(cast.ben, "demand", {"view": str(view.pk)}) is None
    assert view_delete(user=cast.ana, view_id=view.pk).pk == view.pk
    assert not SavedView.objects.exists()


def test_each_page_keeps_its_own_settings_and_names(cast: Cast) -> None:
    keep(cast.ana, "Mine")
    with pytest.raises(Refused, match="'unit' is not part of a view; known: family"):
        view_save(user=cast.ana, page="supply", name="Mine", state=STATE)
    view_save(user=cast.ana, page="supply", name="Mine", state={"abc": "A"})
    assert [view.state for view in saved_views(cast.ana, "supply")] == [{"abc": "A"}]
    assert [view.state for view in saved_views(cast.ana, "demand")] == [STATE]


def test_a_view_of_a_page_one_may_not_see_is_refused(cast: Cast) -> None:
    cast.ana.groups.clear()
    with pytest.raises(NotAllowed):
        keep(User.objects.get(pk=cast.ana.pk))
