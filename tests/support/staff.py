"""The people of a company: the first account makes the coordinator, the coordinator everybody else."""

from collections.abc import Iterable
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

    @staticmethod
    def full_name(name: str) -> str:
        """Return what the pages call somebody; sales teams sign in by their number."""
        return f"Team {name}" if name.isdecimal() else name.title()

    def create(self, name: str, role: Role, *, by: str = "cora") -> str:
        """Create a person on the page of people and return the one-time password it shows."""
        page = self[by].press("/people/new/", username=name, name=self.full_name(name), roles=[role.value])
        return _password_once(page)

    def hire(self, name: str, role: Role, *, by: str = "cora") -> Person:
        """Create a person and let them sign in with a password of their own."""
        password = self.create(name, role, by=by)
        return self.arrive(name, password, base=self[by].base)

    def arrive(self, name: str, password: str, *, base: str = "") -> Person:
        """Sign somebody in for the first time."""
        self[name] = Person(base or self["cora"].base, name)
        self[name].sign_in(password)
        return self[name]

    def approver(self, name: str, function: str, number: int) -> None:
        """Name whose signature every plan needs."""
        page = self["cora"].get("/master/approvers/new/")
        form = page.form()
        self["cora"].send(page, form, user=form.choice("user", name.title()), function=function, number=number)


def staff_make(live: Live, monkeypatch: pytest.MonkeyPatch, *, reps: Iterable[str] = ()) -> Staff:
    """Return the people of a new installation: first account, coordinator, planners, reps; the first is gone again."""
    staff = Staff()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD.format(name="first"))
    live.manage("createsuperuser", "--no-input", "--username", "first", "--email", "f@example.com", "--name", "First")
    staff["first"] = Person(live.url, "first")
    staff["first"].sign_in()
    cora = staff.hire("cora", Role.COORDINATOR, by="first")
    for name, role in {**PLANNERS, **dict.fromkeys(reps, Role.REP)}.items():
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
