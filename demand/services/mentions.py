"""Who a comment names: @ and a user name or a whole name, anywhere but inside a word."""

import re
from collections.abc import Iterable

from sop.models import User
from sop.refusals import Refused

AT = re.compile(r"(?<![\w.+-])@(?=\w)")  # not the one in an address of e-mail
WORD = re.compile(r"\w[\w.-]*")
GOES_ON = re.compile(r"[.-]?\w")


class Unknown(Refused):
    """A comment names somebody who is not here."""


def people_named(text: str, people: Iterable[User]) -> list[User]:
    """Return the people a text names, each once, in the order of the text; raise Unknown naming a word that is nobody.

    The longest name that fits counts: "@Ana Lind" is not Ana where Ana Lind is here, too. Case does not matter. Two
    people of one name are told apart by their user names only.
    """
    known: dict[str, list[User]] = {}
    for person in people:
        for name in {person.username.casefold(), person.name.casefold()}:
            known.setdefault(name, []).append(person)
    found = [_person(text[match.end() :], known) for match in AT.finditer(text)]
    return list(dict.fromkeys(found))


def _person(rest: str, known: dict[str, list[User]]) -> User:
    folded = rest.casefold()
    names = sorted((name for name in known if name and _begins(folded, name)), key=len)
    if not names:
        match = WORD.match(rest)
        word = match.group().rstrip(".-") if match else rest
        raise Unknown(f"There is nobody called @{word} here; write @ and a user name or a whole name.")
    same = known[names[-1]]
    if len(same) > 1:
        users = " or ".join(f"@{person.username}" for person in same)
        raise Unknown(f"{same[0].name} is more than one person here; write {users}.")
    return same[0]


def _begins(text: str, name: str) -> bool:
    """Return whether a text begins with a name that ends there; "@ana.lind" is not Ana."""
    return text.startswith(name) and not GOES_ON.match(text[len(name) :])
