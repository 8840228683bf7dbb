"""Every address x every role: the one table of tests/permission_matrix.py against real requests."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter

from sop.constants import Role
from sop.models import User
from tests.factories import Cast, client_of, person_make
from tests.permission_matrix import EVERYONE, NOBODY, PUBLIC, TABLE, Route, Rule, world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

METHODS = ("get", "post", "put", "patch", "delete")
PEOPLE = ("ana", "olga", "sam", "finn", "eve", "cora")  # one of each role
REFUSED = {403, 404, 422}
STRANGERS = ("anonymous", "deactivated")


Keys = dict[str, object]  # what an address asks for: name -> something that fits where the world holds nothing


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Keys]]:
    """Walk the resolver: the full name of each pattern and what fills it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from ((name, found | keys(pattern)) for name, found in routes(pattern, inner))
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", keys(pattern)


def keys(pattern: URLPattern | URLResolver) -> Keys:
    """Return a filler for each part of the address: 0, the nil UUID, or a word."""
    filler = {IntConverter: 0, UUIDConverter: UUID(int=0)}
    named: Keys = dict.fromkeys(pattern.pattern.regex.groupindex, "none")
    return named | {name: filler.get(type(each), "none") for name, each in pattern.pattern.converters.items()}


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
    assert words - held - {EVERYONE, PUBLIC, *Role.values} == set()


def words_of(rule: Rule) -> tuple[str, ...]:
    return rule if isinstance(rule, tuple) else (rule,) if rule else ()


def allowed(rule: Rule, user: User | None) -> bool:
    if rule == PUBLIC:
        return True
    if user is None:
        return False
    return rule == EVERYONE or any(user.has_perm(word) or word in user.roles for word in words_of(rule))


def ask(client: Client, method: str, name: str, numbers: dict[str, object]) -> HttpResponse:
    """Send one request and take back whatever it did."""
    kwargs = {key: numbers.get(key, filler) for key, filler in ROUTES[name].items()}
    client.raise_request_exception = False
    cookies = client.cookies.copy()
    with transaction.atomic():
        body = None if method == "get" else dict(TABLE[name].body)
        options = {"content_type": "application/json"} if name.startswith("api:") and method != "get" else {}
        response: HttpResponse = getattr(client, method)(reverse(name, kwargs=kwargs), body, **options)
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out is taken back as well
    return response


def kept_out(response: HttpResponse) -> bool:
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("sop:sign-in") + "?next=")
    return to_sign_in or response.status_code in {401, 403}


def wrong(response: HttpResponse, let_in: bool) -> str:
    """Return what is wrong with an answer, empty when it is as the table says."""
    if response.status_code >= 500:
        return f"answered {response.status_code}"
    if let_in and (kept_out(response) or response.status_code == 405):
        return f"should be let in, got {response.status_code}"
    if not let_in and not kept_out(response):
        return f"should be kept out, got {response.status_code}"
    return ""


def faults(client: Client, user: User | None, numbers: dict[str, object]) -> list[str]:
    """Ask every address by every method it offers; return the answers that are not as the table says."""
    found = []
    for name, route in TABLE.items():
        for method in METHODS:
            rule = getattr(route, method)
            if name in ROUTES and rule != NOBODY:
                fault = wrong(ask(client, method, name, numbers), allowed(rule, user))
                found += [f"{method} {name}: {fault}"] if fault else []
    return found


def test_a_method_that_is_not_in_the_table_is_not_offered(cast: Cast) -> None:
    numbers = world(cast)
    client = client_of(person_make("anybody", *Role))
    offered = []
    for name in set(ROUTES) & set(TABLE):
        for method in METHODS:
            if getattr(TABLE[name], method) == NOBODY:
                status = ask(client, method, name, numbers).status_code
                offered += [] if status in {404, 405} else [f"{method} {name}: {status}"]
    assert offered == []


@pytest.mark.parametrize("name", PEOPLE)
def test_each_role_gets_exactly_what_the_table_gives_it(cast: Cast, name: str) -> None:
    user = getattr(cast, name)
    found = faults(client_of(user), user, world(cast))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_sees_the_sign_in_page_and_nothing_else(cast: Cast, name: str) -> None:
    client = Client()
    if name == "deactivated":
        gone = person_make("gone", *Role)
        client = client_of(gone)
        User.objects.filter(pk=gone.pk).update(is_active=False)
    found = faults(client, None, world(cast))
    assert not found, "\n".join(found)


FOREIGN = [(name, route) for name, route in TABLE.items() if route.foreign]


@pytest.mark.parametrize(("name", "route"), FOREIGN, ids=[name for name, _ in FOREIGN])
def test_what_belongs_to_ben_is_out_of_anas_reach(cast: Cast, name: str, route: Route) -> None:
    numbers = world(cast)
    bens = numbers | {key: numbers[of] for key, of in route.foreign.items()}
    for method in METHODS:
        if getattr(route, method) != NOBODY:
            assert ask(client_of(cast.ana), method, name, bens).status_code in REFUSED
            assert ask(client_of(cast.ben), method, name, bens).status_code not in REFUSED
