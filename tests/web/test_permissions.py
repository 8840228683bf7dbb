"""Every address x every role: the one table of tests/permission_matrix.py against real requests."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sop.constants import Role
from sop.models import User
from tests.factories import Cast, client_of, person_make
from tests.permission_matrix import EVERYONE, NOBODY, PUBLIC, TABLE, Route, Rule, world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

METHODS = ("get", "post", "put", "patch", "delete")
PEOPLE = ("ana", "olga", "sam", "finn", "eve", "cora")  # one of each role
STRANGERS = ("anonymous", "deactivated")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Walk the resolver: the full name of each pattern and the names of what fills it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from ((name, found | keys(pattern)) for name, found in routes(pattern, inner))
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", keys(pattern)


def keys(pattern: URLPattern | URLResolver) -> frozenset[str]:
    return frozenset(pattern.pattern.converters) | frozenset(pattern.pattern.regex.groupindex)


ROUTES = dict(routes())


def test_every_route_stands_in_the_table() -> None:
    assert sorted(set(ROUTES) - set(TABLE)) == [], "add one line each to tests/permission_matrix.py"


def test_the_table_names_no_route_that_is_gone() -> None:
    assert sorted(set(TABLE) - set(ROUTES)) == []


def test_the_cast_covers_every_role(cast: Cast) -> None:
    assert {role for name in PEOPLE for role in getattr(cast, name).roles} == set(Role.values)


def test_every_permission_in_the_table_exists(cast: Cast) -> None:
    boss = User.objects.create(username="boss", name="Boss", is_superuser=True)
    words = {word for route in TABLE.values() for method in METHODS for word in words_of(getattr(route, method))}
    held = boss.get_all_permissions()
    assert words - held - {EVERYONE, PUBLIC} == set()


def words_of(rule: Rule) -> tuple[str, ...]:
    return rule if isinstance(rule, tuple) else (rule,) if rule else ()


def allowed(rule: Rule, user: User | None) -> bool:
    if rule == PUBLIC:
        return True
    return user is not None and (rule == EVERYONE or any(user.has_perm(word) for word in words_of(rule)))


def ask(client: Client, method: str, name: str, numbers: dict[str, object]) -> HttpResponse:
    """Send one request and take back whatever it did."""
    kwargs = {key: numbers.get(key, 0) for key in ROUTES[name]}
    with transaction.atomic():
        response: HttpResponse = getattr(client, method)(reverse(name, kwargs=kwargs))
        transaction.set_rollback(True)
    return response


def kept_out(response: HttpResponse) -> bool:
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("sop:sign-in"))
    return to_sign_in or response.status_code in {401, 403}


def wrong(client: Client, user: User | None, name: str, method: str, numbers: dict[str, object]) -> str:
    """Return what is wrong with the answer to one request, empty when it is as the table says."""
    rule = getattr(TABLE[name], method)
    response = ask(client, method, name, numbers)
    status = response.status_code
    if status >= 500:
        return f"{method} {name}: answered {status}"
    if rule == NOBODY:
        return (
            ""
            if status in {401, 403, 404, 405} or kept_out(response)
            else f"{method} {name}: not in the table, {status}"
        )
    if allowed(rule, user) and (kept_out(response) or status == 405):
        return f"{method} {name}: should be let in, got {status}"
    if not allowed(rule, user) and not kept_out(response):
        return f"{method} {name}: should be kept out, got {status}"
    return ""


def faults(client: Client, user: User | None, numbers: dict[str, object]) -> list[str]:
    client.raise_request_exception = False
    asked = [(name, method) for name in ROUTES if name in TABLE for method in METHODS]
    return [fault for name, method in asked if (fault := wrong(client, user, name, method, numbers))]


@pytest.mark.parametrize("name", PEOPLE)
def test_each_role_gets_exactly_what_the_table_gives_it(cast: Cast, name: str) -> None:
    user = getattr(cast, name)
    assert faults(client_of(user), user, world(cast)) == []


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_sees_the_sign_in_page_and_nothing_else(cast: Cast, name: str) -> None:
    client = Client()
    if name == "deactivated":
        gone = person_make("gone", *Role)
        client = client_of(gone)
        User.objects.filter(pk=gone.pk).update(is_active=False)
    assert faults(client, None, world(cast)) == []


FOREIGN = [(name, route) for name, route in TABLE.items() if route.foreign]


@pytest.mark.parametrize(("name", "route"), FOREIGN, ids=[name for name, _ in FOREIGN])
def test_what_belongs_to_ben_is_out_of_anas_reach(cast: Cast, name: str, route: Route) -> None:
    numbers = world(cast)
    bens = numbers | {key: numbers[of] for key, of in route.foreign.items()}
    for method in METHODS:
        if getattr(route, method) != NOBODY:
            assert ask(client_of(cast.ana), method, name, bens).status_code in {403, 404, 422}
            assert ask(client_of(cast.ben), method, name, bens).status_code not in {403, 404, 422}
