"""Signing in and out, locking out, one-time passwords, sessions that end."""

import time
from collections.abc import Iterator

import pytest
from axes.utils import reset
from django.conf import settings
from django.test import Client
from django.urls import reverse

from sop.models import User
from sop.services.people import password_reset, person_deactivate
from tests.factories import PASSWORD, Cast, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_failures_before() -> Iterator[None]:
    yield
    reset()


def sign_in(client: Client, name: str, password: str = PASSWORD) -> int:
    return client.post(reverse("sop:sign-in"), {"username": name, "password": password}).status_code


def test_a_stranger_is_asked_to_sign_in_and_then_goes_where_they_wanted(client: Client, cast: Cast) -> None:
    asked = client.get(reverse("sop:cycles"))
    assert asked["Location"] == "/sign-in/?next=/cycles/"
    page = client.get(asked["Location"])
    assert page.status_code == 200
    answer = client.post(asked["Location"], {"username": "ana", "password": PASSWORD, "next": "/cycles/"})
    assert answer["Location"] == "/cycles/"


def test_the_name_is_the_same_in_any_case(client: Client, cast: Cast) -> None:
    assert sign_in(client, "ANA") == 302


def test_a_wrong_password_says_so_and_keeps_the_name(client: Client, cast: Cast) -> None:
    page = client.post(reverse("sop:sign-in"), {"username": "ana", "password": "wrong"})
    assert "Name and password do not match" in page.content.decode()
    assert 'value="ana"' in page.content.decode()


def test_six_wrong_passwords_lock_name_and_address_with_a_sentence(client: Client, cast: Cast) -> None:
    answers = [sign_in(client, "ana", "wrong") for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers[-1] == 429
    page = client.post(reverse("sop:sign-in"), {"username": "ana", "password": PASSWORD})
    assert page.status_code == 429
    assert "Wait 15 minutes" in page.content.decode()
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), "ana") == 302, "the same name from elsewhere is not locked"
    assert sign_in(Client(), "ben") == 302, "another name from here is not locked"


def test_signing_out_needs_a_post(cast: Cast) -> None:
    ana = client_of(cast.ana)
    assert ana.get(reverse("sop:sign-out")).status_code == 405
    assert ana.post(reverse("sop:sign-out"))["Location"] == "/sign-in/"
    assert ana.get("/").status_code == 302


def test_a_deactivated_person_is_out_at_the_next_request(cast: Cast) -> None:
    ana = client_of(cast.ana)
    assert ana.get("/").status_code == 200
    person_deactivate(user=cast.cora, person_id=cast.ana.pk)
    assert ana.get("/")["Location"].startswith("/sign-in/")
    assert sign_in(Client(), "ana") == 200, "and the name no longer signs in"


def test_a_right_taken_away_is_gone_at_the_next_request(cast: Cast) -> None:
    cora = client_of(cast.cora)
    assert cora.get(reverse("sop:people")).status_code == 200
    cast.cora.groups.clear()
    assert cora.get(reverse("sop:people")).status_code == 403


def test_a_one_time_password_leads_to_the_password_page_and_nowhere_else(client: Client, cast: Cast) -> None:
    _, password = password_reset(user=cast.cora, person_id=cast.ana.pk)
    sign_in(client, "ana", password)
    for page in ("sop:home", "sop:cycles", "sop:account"):
        assert client.get(reverse(page))["Location"] == reverse("sop:password")
    new = {"old": password, "new": "gutters-and-gables-42", "again": "gutters-and-gables-42"}
    assert client.post(reverse("sop:password"), new)["Location"] == "/"
    assert client.get("/").status_code == 200, "the changing device stays signed in"
    assert User.objects.get(username="ana").check_password("gutters-and-gables-42")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "wrong"}, "not your present password"),
        ({"again": "something-else-9"}, "The two new passwords differ"),
        ({"new": "short", "again": "short"}, "at least 12 characters"),
        ({"new": PASSWORD, "again": PASSWORD}, "This is the present password"),
    ],
)
def test_a_bad_new_password_is_refused_with_a_sentence(cast: Cast, typed: dict[str, str], sentence: str) -> None:
    good = {"old": PASSWORD, "new": "gutters-and-gables-42", "again": "gutters-and-gables-42"}
    page = client_of(cast.ana).post(reverse("sop:password"), good | typed)
    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_a_session_ends_twelve_hours_after_sign_in_however_busy(cast: Cast) -> None:
    ana = client_of(cast.ana)
    ana.get("/")
    session = ana.session
    session["signed_in_at"] = time.time() - settings.SESSION_ABSOLUTE_AGE - 1
    session.save()
    assert ana.get("/")["Location"] == "/sign-in/"


def test_a_sign_in_leaves_no_row_in_the_history_of_people(client: Client, cast: Cast) -> None:
    before = cast.ana.history.count()  # type: ignore[attr-defined]
    sign_in(client, "ana")
    assert cast.ana.history.count() == before  # type: ignore[attr-defined]
    assert User.objects.get(username="ana").last_login is not None


def test_a_one_time_password_is_shown_once_and_not_kept_by_the_browser(cast: Cast) -> None:
    page = client_of(cast.cora).post(reverse("sop:person-password", args=[cast.ana.pk]))
    assert page["Cache-Control"] == "no-store"
    assert "One-time password for Ana" in page.content.decode()
    assert "One-time" not in client_of(cast.cora).get(reverse("sop:people")).content.decode()


def test_a_tokens_text_is_shown_once(cast: Cast) -> None:
    ana = client_of(cast.ana)
    page = ana.post(reverse("sop:token-new"), {"name": "Spreadsheet", "days": 30}).content.decode()
    assert "Copy the token now" in page
    again = ana.get(reverse("sop:account")).content.decode()
    assert "Spreadsheet" in again
    assert "Copy the token now" not in again


def test_the_theme_is_remembered_with_the_person(cast: Cast) -> None:
    client_of(cast.ana).post(reverse("sop:theme"), {"theme": "dark"})
    assert 'data-theme="dark"' in client_of(cast.ana).get("/").content.decode()
