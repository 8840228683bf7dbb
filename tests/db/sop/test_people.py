"""People: who may create and change them, what a change does at once, and what is refused."""

import pytest
from django.contrib.sessions.models import Session

from sop.constants import Role, StepKind
from sop.models import ApiToken, Customer, Cycle, StepProgress, User
from sop.refusals import NotAllowed, Refused
from sop.selectors.people import customers_without_owner, people
from sop.services.people import (
    password_change,
    password_reset,
    person_activate,
    person_change,
    person_create,
    person_deactivate,
    theme_set,
)
from sop.services.tokens import TOKENS_MAX, token_create, token_revoke
from tests.factories import Cast, client_of, customer_make, cycle_make, person_make

pytestmark = pytest.mark.django_db


def change(cast: Cast, person: User, *roles: Role, customers: list[Customer] | None = None) -> User:
    return person_change(
        user=cast.cora,
        person_id=person.pk,
        name=person.name,
        email=person.email,
        roles=roles,
        customer_ids=[customer.pk for customer in customers or []],
    )


def test_a_new_person_gets_a_one_time_password_that_must_be_changed(cast: Cast) -> None:
    person, password = person_create(
        user=cast.cora, username=" Dana ", name="Dana Ruiz", email="dana@example.com", roles=[Role.FINANCE]
    )
    assert person.username == "dana"
    assert person.must_change_password
    assert person.check_password(password)
    assert person.has_perm("sop.edit_money")


def test_names_that_differ_by_case_only_are_one_person(cast: Cast) -> None:
    with pytest.raises(Refused, match="already signs in as ana"):
        person_create(user=cast.cora, username="ANA", name="Another Ana", email="", roles=[Role.REP])


def test_only_the_coordinator_manages_people(cast: Cast) -> None:
    for user in (cast.ana, cast.olga, cast.sam, cast.finn, cast.eve):
        with pytest.raises(NotAllowed):
            person_deactivate(user=user, person_id=cast.ben.pk)
        with pytest.raises(NotAllowed):
            password_reset(user=user, person_id=cast.ben.pk)


def test_roles_change_with_the_old_and_the_new_in_the_history(cast: Cast, as_cora: User) -> None:
    change(cast, cast.finn, Role.EXECUTIVE)
    finn = User.objects.get(pk=cast.finn.pk)
    assert finn.has_perm("review.approve_plan")
    assert not finn.has_perm("sop.edit_money")
    row = finn.history.latest()
    assert (row.history_user_name, row.history_change_reason) == ("Cora", "roles: Finance to Executive")


def test_a_role_nobody_knows_and_no_role_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="no role king"):
        change(cast, cast.finn, "king")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="at least one role"):
        change(cast, cast.finn)


def test_history_of_people_holds_no_password(cast: Cast, as_cora: User) -> None:
    password_reset(user=cast.cora, person_id=cast.ana.pk)
    fields = {field.name for field in User.history.model._meta.get_fields()}  # type: ignore[attr-defined]
    assert "password" not in fields
    assert User.objects.get(pk=cast.ana.pk).history.latest().history_change_reason == "password reset"


def test_a_territory_moves_from_rep_to_rep_and_the_cycle_follows(cast: Cast) -> None:
    cycle = cycle_make(cast)
    change(cast, cast.ana, Role.REP, customers=[cast.harbour, cast.ridge])
    assert set(Customer.objects.filter(owner=cast.ana)) == {cast.harbour, cast.ridge}
    waiting = StepProgress.objects.filter(step__cycle=cycle, step__kind=StepKind.GATHER)
    assert {part.user.username for part in waiting} == {"ana"}, "Ben has no customers left to forecast"


def test_customers_given_up_have_no_owner_until_somebody_takes_them(cast: Cast) -> None:
    change(cast, cast.ana, Role.REP)
    assert customers_without_owner() == 1
    cast.harbour.refresh_from_db()
    assert cast.harbour.owner is None


def test_only_a_rep_has_a_territory(cast: Cast) -> None:
    with pytest.raises(Refused, match="Only a sales rep has a territory"):
        change(cast, cast.finn, Role.FINANCE, customers=[cast.ridge])


def test_a_new_rep_joins_the_open_gather(cast: Cast) -> None:
    cycle = cycle_make(cast)
    customer = customer_make("DOCKS", cast.north)
    person_create(user=cast.cora, username="dana", name="Dana", email="", roles=[Role.REP], customer_ids=[customer.pk])
    assert StepProgress.objects.filter(step__cycle=cycle, step__kind=StepKind.GATHER, user__username="dana").exists()


def test_deactivation_ends_sessions_and_tokens(cast: Cast) -> None:
    client = client_of(cast.ana)
    token, _ = token_create(user=cast.ana, name="Spreadsheet", days=30, read_only=True)
    before = Session.objects.count()
    person_deactivate(user=cast.cora, person_id=cast.ana.pk)
    assert Session.objects.count() == before - 1
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    person_activate(user=cast.cora, person_id=cast.ana.pk)
    assert client.get("/").status_code == 302, "the old session does not come back with the account"


def test_nobody_deactivates_themselves_or_the_last_coordinator(cast: Cast) -> None:
    with pytest.raises(Refused, match="Another coordinator must deactivate you"):
        person_deactivate(user=cast.cora, person_id=cast.cora.pk)
    with pytest.raises(Refused, match="Cora is the only coordinator"):
        change(cast, cast.cora, Role.FINANCE)


def test_with_two_coordinators_one_may_go(cast: Cast) -> None:
    dora = person_make("dora", Role.COORDINATOR)
    person_deactivate(user=dora, person_id=cast.cora.pk)
    assert not User.objects.get(pk=cast.cora.pk).is_active
    with pytest.raises(Refused, match="only coordinator"):
        person_change(user=dora, person_id=dora.pk, name="Dora", email="", roles=[Role.FINANCE], customer_ids=[])


def test_ones_own_password_change_ends_other_sessions(cast: Cast) -> None:
    client_of(cast.ana)
    password_change(user=cast.ana, password="another-long-word-42")
    assert not Session.objects.exists()
    assert not User.objects.get(pk=cast.ana.pk).must_change_password


def test_a_theme_is_one_of_three(cast: Cast) -> None:
    theme_set(user=cast.ana, theme="dark")
    assert User.objects.get(pk=cast.ana.pk).theme == "dark"
    with pytest.raises(Refused):
        theme_set(user=cast.ana, theme="pink")


def test_a_tokens_text_is_shown_once_and_stored_as_a_hash(cast: Cast) -> None:
    token, text = token_create(user=cast.ana, name="Spreadsheet", days=30, read_only=True)
    assert text.startswith("sop_")
    assert text not in {token.hash, token.prefix}
    assert len(token.hash) == 64


def test_a_token_is_revoked_by_its_owner_only(cast: Cast) -> None:
    token, _ = token_create(user=cast.ana, name="Spreadsheet", days=30, read_only=True)
    with pytest.raises(Refused, match="not yours"):
        token_revoke(user=cast.ben, token_id=token.pk)
    assert token_revoke(user=cast.ana, token_id=token.pk).revoked_at is not None


def test_a_token_has_a_name_an_end_and_few_siblings(cast: Cast) -> None:
    with pytest.raises(Refused, match="Name the program"):
        token_create(user=cast.ana, name=" ", days=30, read_only=True)
    with pytest.raises(Refused, match="1 to 365 days"):
        token_create(user=cast.ana, name="Forever", days=9999, read_only=True)
    for number in range(TOKENS_MAX):
        token_create(user=cast.ana, name=f"Program {number}", days=1, read_only=True)
    with pytest.raises(Refused, match="revoke one"):
        token_create(user=cast.ana, name="One more", days=1, read_only=True)


def test_the_list_of_people_takes_two_queries(cast: Cast, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        rows = [(person.name, person.customer_count, len(person.groups.all())) for person in people()]
    assert rows[0] == ("Ana", 1, 1)


def test_a_cycle_that_is_closed_is_left_alone_when_people_change(cast: Cast) -> None:
    cycle = cycle_make(cast)
    Cycle.objects.update(state="closed")
    change(cast, cast.ana, Role.REP, customers=[cast.harbour, cast.ridge])
    assert StepProgress.objects.filter(step__cycle=cycle, step__kind=StepKind.GATHER).count() == 2
