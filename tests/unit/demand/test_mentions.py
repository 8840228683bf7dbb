"""Who a comment names: user names and whole names after @, and nobody by accident."""

import pytest

from demand.services.mentions import Unknown, people_named
from sop.models import User

ANA = User(pk=1, username="ana", name="Ana Lindqvist")
ANA_LIND = User(pk=2, username="ana.lind", name="Ana Lind")
BEN = User(pk=3, username="ben", name="Ben Okafor")
ZOE = User(pk=4, username="zoe", name="Zoë Strauß")
PEOPLE = [ANA, ANA_LIND, BEN, ZOE]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Which of it is real?", []),
        ("@ben which of it is real?", [BEN]),
        ("Ask @Ben Okafor.", [BEN]),
        ("(@BEN, @ana)", [BEN, ANA]),
        ("@ben and again @Ben Okafor", [BEN]),
        ("@ana.lind, not the other", [ANA_LIND]),
        ("@ana.", [ANA]),
        ("@Ana Lind", [ANA_LIND]),
        ("@Ana Lindqvist's yard", [ANA]),
        ("@zoë strauss", [ZOE]),
        ("mail ana@ben.example.com, 5 @ 20", []),
        ("line\n@ben", [BEN]),
    ],
)
def test_names_are_found(text: str, named: list[User]) -> None:
    assert people_named(text, PEOPLE) == named


@pytest.mark.parametrize(("text", "word"), [("@bern?", "bern"), ("@anabel", "anabel"), ("@ana-lou", "ana-lou")])
def test_a_name_nobody_has_is_refused_with_the_word(text: str, word: str) -> None:
    with pytest.raises(Unknown, match=f"nobody called @{word} here"):
        people_named(text, PEOPLE)


def test_two_people_of_one_name_are_told_apart_by_user_name() -> None:
    other = User(pk=9, username="ben2", name="Ben Okafor")
    with pytest.raises(Unknown, match="@ben or @ben2"):
        people_named("@Ben Okafor", [*PEOPLE, other])
    assert people_named("@ben2", [*PEOPLE, other]) == [other]
