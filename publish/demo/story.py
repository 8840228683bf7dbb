"""What people at Harlow Supply did and said: forecast changes, assumptions, in three cycles."""

from datetime import date
from typing import NamedTuple

from demand.constants import AssumptionKind, Reason

DECEMBER, JANUARY, FEBRUARY = date(2021, 12, 1), date(2022, 1, 1), date(2022, 2, 1)


class Change(NamedTuple):
    """One person's change in one cycle: months ahead from first to last, times what stood there before."""

    cycle: date
    who: str
    families: tuple[str, ...]
    customers: tuple[str, ...]  # empty = all of the person's
    first: int
    last: int
    times: float
    reason: Reason | None
    note: str = ""


class Known(NamedTuple):
    """Something a person knows and dates."""

    cycle: date
    who: str
    kind: AssumptionKind
    state: str
    customer: str
    family: str
    first: date
    last: date
    quantity: int | None
    percent: int | None
    probability: int
    note: str


class Remark(NamedTuple):
    """Something one person says about a family's month in the open cycle."""

    who: str
    family: str
    month: date
    text: str


WORRY, PROJECT, PROMOTION, FIX = Reason.SUPPLY_WORRY, Reason.PROJECT_WON, Reason.PROMOTION, Reason.DATA_ERROR

# December: nobody lies, everybody asks for more than they need. Ana and Mia have looked into customers' yards.
# January: the first measured bias is on the table, and most ask for less. February is being worked on.
CHANGES = (
    Change(DECEMBER, "ben", ("GYPS", "INSU"), (), 0, 5, 1.55, WORRY,
           "We get half of what we ask for, so I ask for twice."),
    Change(DECEMBER, "ben", ("WIND", "DOOR"), (), 0, 5, 1.40, WORRY, "Magnolia wants a full yard before spring."),
    Change(DECEMBER, "leo", ("GYPS", "INSU"), (), 0, 4, 1.30, WORRY, "Cover for the multifamily starts in March."),
    Change(DECEMBER, "leo", ("ROOF",), ("S08",), 2, 5, 1.15, PROMOTION, "Spring offer for the Louisville roofers."),
    Change(DECEMBER, "jo", ("GYPS", "WIND", "DOOR"), (), 0, 5, 1.35, WORRY,
           "Prairie allocates by forecast. I want our share."),
    Change(DECEMBER, "jo", ("SIDE",), ("W09",), 2, 6, 1.25, PROMOTION,
           "Storm season package with the restoration roofers."),
    Change(DECEMBER, "iris", ("INSU", "WIND"), (), 0, 5, 1.28, WORRY,
           "Brightwater asks every week where their windows are."),
    Change(DECEMBER, "gus", ("GYPS", "INSU"), (), 0, 4, 1.22, WORRY, "Twin Rivers will take whatever arrives."),
    Change(DECEMBER, "gus", ("DECK",), ("N10",), 2, 4, 1.10, PROMOTION, "Deck builders' early buy in February."),
    Change(DECEMBER, "dana", ("GYPS",), (), 0, 3, 1.12, WORRY, "A little cover for Columbus."),
    Change(DECEMBER, "dana", ("LUMB", "PANL"), ("E01",), 2, 5, 1.18, PROJECT,
           "Hartwell phase 3: 90 houses, framing from February."),
    Change(DECEMBER, "ana", ("GYPS", "INSU"), (), 0, 4, 0.85, FIX,
           "Lakeshore and Badger ordered twice in autumn; they are cancelling the second half."),
    Change(DECEMBER, "ana", ("ROOF",), ("N01",), 3, 6, 1.20, PROJECT,
           "Larkin Homes phase 2: 140 roofs, first delivery in March."),
    Change(DECEMBER, "mia", ("SIDE", "FAST"), (), 0, 5, 0.86, FIX,
           "Flint Hills showed me their racks: full to the roof."),
    Change(JANUARY, "ben", ("GYPS", "INSU"), (), 0, 5, 1.45, WORRY, "Still short. I stay with what customers ask for."),
    Change(JANUARY, "ben", ("WIND", "DOOR"), (), 0, 5, 1.30, WORRY,
           "Sixteen weeks for a window; they order everything now."),
    Change(JANUARY, "leo", ("GYPS", "INSU"), (), 0, 4, 1.12, WORRY,
           "Two multifamily sites confirmed, the third is not."),
    Change(JANUARY, "jo", ("GYPS", "WIND", "DOOR"), (), 0, 5, 1.25, WORRY, "Ozark wants spring covered."),
    Change(JANUARY, "jo", ("SIDE",), ("W09",), 1, 5, 1.15, PROMOTION, "Storm season package, smaller than planned."),
    Change(JANUARY, "iris", ("WIND",), (), 0, 5, 1.10, WORRY, "Brightwater, down from what I asked in December."),
    Change(JANUARY, "gus", ("DECK",), ("N10",), 1, 3, 1.10, PROMOTION, "Deck builders' early buy in February."),
    Change(JANUARY, "dana", ("LUMB", "PANL"), ("E01",), 1, 4, 1.18, PROJECT,
           "Hartwell phase 3: 90 houses, framing from February."),
    Change(JANUARY, "ana", ("GYPS", "INSU"), (), 0, 4, 0.85, FIX, "Autumn's double orders are still being cancelled."),
    Change(JANUARY, "ana", ("ROOF",), ("N01",), 2, 5, 1.20, PROJECT,
           "Larkin Homes phase 2: 140 roofs, first delivery in March."),
    Change(JANUARY, "mia", ("SIDE", "FAST", "GYPS"), (), 0, 5, 0.88, FIX,
           "Customers live off their own stock until March."),
    Change(JANUARY, "olga", ("GYPS", "INSU", "WIND"), ("S01", "S02", "S03"), 0, 5, 0.74, FIX,
           "South was far above actuals in December; back to what customers kept."),
    Change(FEBRUARY, "ana", ("GYPS", "INSU"), (), 0, 3, 0.92, FIX,
           "Nearly through: the last double orders fall in February."),
    Change(FEBRUARY, "ana", ("ROOF",), ("N01",), 1, 4, 1.20, PROJECT,
           "Larkin Homes phase 2: 140 roofs, first delivery in March."),
    Change(FEBRUARY, "mia", ("SIDE", "FAST"), (), 0, 4, 0.85, FIX, "Racks are still full; normal orders from May."),
    Change(FEBRUARY, "dana", ("LUMB", "PANL"), ("E01",), 0, 3, 1.18, PROJECT, "Hartwell phase 3 has started."),
    Change(FEBRUARY, "gus", ("DECK",), ("N10",), 0, 2, 1.10, PROMOTION, "Deck builders' early buy."),
    Change(FEBRUARY, "iris", ("WIND",), ("E06",), 1, 4, 1.12, None),
    Change(FEBRUARY, "ben", ("GYPS",), ("S01", "S03"), 0, 4, 1.30, None),
)  # fmt: skip

# Who hands in late or not at all; everybody else submits. In February, the open cycle, only these have submitted.
SUBMITTED_IN_FEBRUARY = ("ana", "mia", "dana")

IN_NUMBER, RISK, OPPORTUNITY = "in_number", "risk", "opportunity"
ASSUMPTIONS = (
    Known(DECEMBER, "ana", AssumptionKind.PROJECT, IN_NUMBER, "N01", "ROOF",
          date(2022, 3, 1), date(2022, 6, 1), 90, None, 90,
          "Larkin Homes phase 3: 60 roofs beside phase 2, signed. No history knows of it."),
    Known(DECEMBER, "dana", AssumptionKind.PROJECT, IN_NUMBER, "E01", "LUMB",
          date(2022, 2, 1), date(2022, 5, 1), 1500, None, 80,
          "Hartwell builds a school beside phase 3: framing from February."),
    Known(DECEMBER, "iris", AssumptionKind.CUSTOMER_LOST, RISK, "E06", "WIND",
          date(2022, 4, 1), date(2022, 9, 1), None, -60, 30,
          "Brightwater talks to another window supplier because of our lead times."),
    Known(JANUARY, "leo", AssumptionKind.PROJECT, OPPORTUNITY, "S09", "GYPS",
          date(2022, 4, 1), date(2022, 8, 1), 6000, None, 50,
          "Third multifamily site in Lexington, not signed."),
    Known(JANUARY, "olga", AssumptionKind.PRICE_CHANGE, RISK, "", "LUMB",
          date(2022, 3, 1), date(2022, 6, 1), None, -8, 50,
          "Nora expects builders to wait if lumber jumps again."),
    Known(FEBRUARY, "jo", AssumptionKind.PROMOTION, OPPORTUNITY, "W09", "SIDE",
          date(2022, 4, 1), date(2022, 5, 1), 400, None, 60,
          "Siding package if the spring storms come: would use up stock we have too much of."),
)  # fmt: skip

# Said in February, in this order; Ben has not answered yet.
REMARKS = (
    Remark("sam", "SIDE", date(2022, 3, 1),
           "@mia We hold half a year of siding. Do your customers still have full racks?"),
    Remark("mia", "SIDE", date(2022, 3, 1),
           "Flint Hills and the Kansas City roofers, yes: no normal orders before May."),
    Remark("olga", "GYPS", date(2022, 3, 1),
           "@ben Your customers have far more board on order than they ever kept. Which of it is real for March?"),
)  # fmt: skip
