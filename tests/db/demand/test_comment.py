"""Saying something about a number: who may, whom it asks, and when the asking ends."""

from datetime import date
from typing import Any

import pytest

from demand.home import asked_about
from demand.models import Comment, Series
from demand.selectors.comments import comments_visible, mentions_waiting, people_seeing_row
from demand.services.comment import TEXT_LENGTH, CycleClosed, NoSuchRow, Said, comment_post, comment_resolve
from sop.constants import CycleState, Role, Source, StepKind
from sop.models import Customer, Cycle, CycleStep, User
from sop.refusals import Refused
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.selectors.scope import customers_visible, people_seeing
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make, family_make, person_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
MARCH, APRIL = date(2022, 3, 1), date(2022, 4, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def shared(cast: Cast) -> Series:
    """A product both reps sell; Ana's series of it."""
    series_make(cast.ridge)
    return series_make(cast.harbour)


def say(user: User, cycle: Cycle, text: str, row: str = "total", bucket: date | None = MARCH) -> Comment:
    with acting(user, Source.PAGE):
        return comment_post(user=user, cycle_id=cycle.pk, said=Said(row, bucket, text))


def asked(user: User, cycle: Cycle) -> list[str]:
    return [comment.text for comment in mentions_waiting(user, cycle)]


def test_a_comment_says_who_when_and_about_what(cast: Cast, cycle: Cycle, shared: Series) -> None:
    family, product = shared.product.family, shared.product
    rows = {"total": "All products", f"f{family.pk}": family.name, f"p{product.pk}": product.name}
    rows[f"s{shared.pk}"] = "Shingle, Harbour, Warehouse DC1"
    for row, name in rows.items():
        made = Comment.objects.get(pk=say(cast.ana, cycle, "  Is this real?\r\nYes.  ", row).pk)
        assert (made.row_id, made.row_name, made.bucket) == (row, name, MARCH)
        assert (made.text, made.author, made.author_name, made.source) == (
            "Is this real?\nYes.", cast.ana, "Ana", Source.PAGE
        )  # fmt: skip
    assert say(cast.ana, cycle, "All of it", bucket=None).bucket is None


def test_a_mention_waits_until_it_is_answered_in_the_same_place(cast: Cast, cycle: Cycle, shared: Series) -> None:
    row = f"p{shared.product_id}"
    say(cast.olga, cycle, "@ben why so high?", row)
    assert asked(cast.ben, cycle) == ["@ben why so high?"]
    assert asked(cast.olga, cycle) == asked(cast.ana, cycle) == []
    say(cast.ben, cycle, "Another month", row, APRIL)
    say(cast.ben, cycle, "Another row", "total")
    say(cast.ana, cycle, "Somebody else", row)
    assert asked(cast.ben, cycle) == ["@ben why so high?"]
    say(cast.ben, cycle, "A site of 90 houses", row)
    assert asked(cast.ben, cycle) == []
    say(cast.olga, cycle, "@Ben and after May?", row)
    assert asked(cast.ben, cycle) == ["@Ben and after May?"]


def test_a_mention_ends_when_it_is_resolved(cast: Cast, cycle: Cycle, shared: Series) -> None:
    made = say(cast.olga, cycle, "@ben, @ana?")
    with acting(cast.ana, Source.PAGE):
        comment_resolve(user=cast.ana, cycle_id=cycle.pk, comment_id=made.pk)
        first = Comment.objects.get().resolved_at
        comment_resolve(user=cast.ana, cycle_id=cycle.pk, comment_id=made.pk)
    kept = Comment.objects.get()
    assert (kept.resolved_by, kept.resolved_by_name, kept.resolved_at) == (cast.ana, "Ana", first)
    assert asked(cast.ben, cycle) == asked(cast.ana, cycle) == []


def test_whoever_lost_the_row_is_asked_no_more(cast: Cast, cycle: Cycle, shared: Series) -> None:
    say(cast.olga, cycle, "@ana?", f"s{shared.pk}")
    assert asked(cast.ana, cycle) == ["@ana?"]
    Customer.objects.filter(pk=cast.harbour.pk).update(owner=cast.ben)
    assert asked(cast.ana, cycle) == []
    assert not comments_visible(cast.ana).exists(), "she has no row at all"


def test_the_home_page_leads_to_row_and_month(cast: Cast, cycle: Cycle, shared: Series) -> None:
    family = shared.product.family
    say(cast.olga, cycle, "@ben why?", f"f{family.pk}")
    say(cast.eve, cycle, "@ben all of it?", bucket=None)
    items = asked_about(cast.ben, step(cycle, StepKind.GATHER))
    assert [item.sentence for item in items] == [
        f"Olga asks you about {family.name}, Mar 2022", "Eve asks you about All products"
    ]  # fmt: skip
    here = f"/cycle/{cycle.pk}/demand/"
    assert [item.url for item in items] == [f"{here}?row=f{family.pk}&bucket=2022-03-01", f"{here}?row=total"]
    assert items[0].detail == "@ben why?"


def test_many_questions_are_counted(cast: Cast, cycle: Cycle, shared: Series) -> None:
    months = [date(2022, month, 1) for month in range(2, 9)]
    for bucket in months:
        say(cast.olga, cycle, "@ben?", bucket=bucket)
    items = asked_about(cast.ben, step(cycle, StepKind.GATHER))
    assert [item.sentence for item in items][-2:] == [
        "Olga asks you about All products, Jun 2022",
        "2 more comments ask you",
    ]


def test_who_does_not_have_the_row_cannot_be_asked(cast: Cast, cycle: Cycle, shared: Series) -> None:
    with pytest.raises(Refused, match="Ben does not have this row"):
        say(cast.olga, cycle, "@ben look", f"s{shared.pk}")
    with pytest.raises(Refused, match="Ben and Rita do not have this row"):
        person_make("rita", Role.REP)
        say(cast.olga, cycle, "@ben @rita @ana look", f"s{shared.pk}")
    assert not Comment.objects.exists()
    say(cast.olga, cycle, "@ana @eve look", f"s{shared.pk}")


def test_who_left_cannot_be_asked(cast: Cast, cycle: Cycle, shared: Series) -> None:
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    with pytest.raises(Refused, match="nobody called @ben"):
        say(cast.olga, cycle, "@ben look")


@pytest.mark.parametrize(
    ("row", "text", "bucket", "words"),
    [
        ("total", "  \n ", MARCH, "Write what you want to say"),
        ("total", "x" * (TEXT_LENGTH + 1), MARCH, "has 2,001 characters"),
        ("total", "x", date(2021, 12, 1), "Dec 2021 is outside the plan"),
        ("total", "x", date(2022, 3, 2), "outside the plan"),
        ("total", "@nobody", MARCH, "nobody called @nobody"),
        ("p0", "x", MARCH, "do not have this row"),
        ("x1", "x", MARCH, "do not have this row"),
        ("s" + "9" * 30, "x", MARCH, "do not have this row"),
    ],
)
def test_what_does_not_fit_is_refused(
    cast: Cast, cycle: Cycle, shared: Series, row: str, text: str, bucket: date, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        say(cast.ana, cycle, text, row, bucket)
    assert not Comment.objects.exists()


def test_a_rep_speaks_about_own_rows_and_hears_of_no_others(cast: Cast, cycle: Cycle, shared: Series) -> None:
    bens = Series.objects.get(customer=cast.ridge)
    wall = product_make("WALL", family_make("WALLS"))
    only = series_make(cast.ridge, wall)
    with pytest.raises(NoSuchRow):
        say(cast.ana, cycle, "x", f"s{bens.pk}")
    for row in (f"s{bens.pk}", f"p{only.product_id}", f"f{wall.family_id}"):
        say(cast.ben, cycle, row, row)
    said = say(cast.ben, cycle, "shared", f"p{shared.product_id}")
    say(cast.olga, cycle, "total")
    assert {each.text for each in comments_visible(cast.ana)} == {"shared", "total"}
    assert comments_visible(cast.olga).count() == 5
    with pytest.raises(Refused, match="no such comment"):
        comment_resolve(user=cast.ana, cycle_id=cycle.pk, comment_id=Comment.objects.get(text=f"s{bens.pk}").pk)
    comment_resolve(user=cast.ana, cycle_id=cycle.pk, comment_id=said.pk)


def test_a_closed_cycle_is_only_read(cast: Cast, cycle: Cycle, shared: Series) -> None:
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state="closed")
    made = say(cast.ana, cycle, "Still talking while the cycle runs")
    Cycle.objects.update(state=CycleState.CLOSED)
    with pytest.raises(CycleClosed, match="is closed"):
        say(cast.ana, cycle, "Too late")
    with pytest.raises(CycleClosed):
        comment_resolve(user=cast.ana, cycle_id=cycle.pk, comment_id=made.pk)


def test_who_sees_a_customer_is_told_alike_from_both_ends(cast: Cast) -> None:
    person_make("rita", Role.REP)
    User.objects.filter(pk=cast.finn.pk).update(is_active=False)
    for customer in (cast.harbour, cast.ridge):
        chosen = Customer.objects.filter(pk=customer.pk)
        looking = {user.pk for user in User.objects.all() if customers_visible(user).filter(pk=customer.pk).exists()}
        assert set(people_seeing(chosen).values_list("pk", flat=True)) == looking
        assert len(looking) == 5
    assert not people_seeing(Customer.objects.none()).exists()


def test_people_of_a_row_take_no_query_each(cast: Cast, shared: Series, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        person_make(f"p{number}", Role.EXECUTIVE)
    with django_assert_max_num_queries(3):
        names = [user.username for user in people_seeing_row(f"s{shared.pk}")]
    assert "ben" not in names
    assert {"ana", "olga", "p7"} <= set(names)
