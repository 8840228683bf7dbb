"""The people of a company: the first account makes the coordinator, the coordinator everybody else."""

from collections.abc import Mapping
from re import search

import pytest

from sop.constants import Role
from tests.support.live import Live
from tests.support.person import PASSWORD, Page, Person

PLANNERS = {
    "olga": Role.DEMAND_PLANNER,
    "sam": Role.SUPPLY_PLANNER,
    "finn": Role.FINANCE,
    "nora": Role.EXECUTIVE,
    "eve": Role.EXECUTIVE,
}
APPROVERS = {"nora": "Sales", "finn": "Finance", "eve": "Managing director"}


class Staff(dict[str, Person]):
    """Signed-in people by the name they sign in with."""

    def hire(self, name: str, role: Role, *, by: str = "cora") -> Person:
        """Create a person on the page of people and sign in with the one-time password it shows."""
        page = self[by].press("/people/new/", username=name, name=name.title(), roles=[role.value])
        person = Person(self[by].base, name)
        person.sign_in(_password_once(page))
        self[name] = person
        return person

    def approver(self, name: str, function: str, number: int) -> None:
        """Name whose signature every plan needs."""
        page = self["cora"].get("/master/approvers/new/")
        form = page.form()
        self["cora"].send(page, form, user=form.choice("user", name.title()), function=function, number=number)


def staff_make(live: Live, monkeypatch: pytest.MonkeyPatch, *, reps: Mapping[str, Role]) -> Staff:
    """Return the people of a new installation: first account, coordinator, planners, reps; the first is gone again."""
    staff = Staff()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD.format(name="first"))
    live.manage("createsuperuser", "--no-input", "--username", "first", "--email", "f@example.com", "--name", "First")
    staff["first"] = Person(live.url, "first")
    staff["first"].sign_in()
    cora = staff.hire("cora", Role.COORDINATOR, by="first")
    for name, role in {**PLANNERS, **reps}.items():
        staff.hire(name, role)
    people = cora.get("/people/")
    first = search(r'/people/(\d+)/">First<', people.html)
    assert first is not None, people.words
    cora.press(f"/people/{first[1]}/", "/deactivate/")
    assert "/sign-in/" in staff.pop("first").get("/people/").url, "the first account is out at once"
    return staff


def approvers_name(staff: Staff) -> None:
    """Name the three approvers."""
    for number, (name, function) in enumerate(APPROVERS.items(), start=1):
        staff.approver(name, function, number)


def _password_once(page: Page) -> str:
    found = search(r'<code class="secret">([^<]+)</code>', page.html)
    assert found is not None, page.words
    return found[1]
