"""What Harlow Supply's leadership weighed and decided in the two finished cycles: scenarios, questions, answers."""

from datetime import date
from typing import Any, NamedTuple

from publish.constants import CheckState
from publish.demo.story import DECEMBER, JANUARY
from reconcile.constants import ConflictKind, ConflictState, LeverKind

BASE = "Base plan"
MULTIPLIER, PERCENT, ELASTICITY, COVER = "multiplier", "percent", "elasticity", "cover_months"


class Pulled(NamedTuple):
    """One lever on one family from a month on."""

    kind: LeverKind
    family: str
    first: date
    params: dict[str, Any]


class Option(NamedTuple):
    """One scenario: who drew it up, and its levers; `of` names scenarios it combines instead."""

    cycle: date
    name: str
    who: str
    note: str
    levers: tuple[Pulled, ...] = ()
    of: tuple[str, ...] = ()


class Owned(NamedTuple):
    """What a person said to a conflict: took it on, or accepted it as it is."""

    cycle: date
    kind: ConflictKind
    family: str
    who: str
    state: ConflictState
    note: str


class Asked(NamedTuple):
    """One question, the conflict it would settle, and how it was answered."""

    cycle: date
    conflict: tuple[ConflictKind, str]  # kind and family
    sentence: str
    background: str
    dissent: str
    decider: str
    options: tuple[str, ...]
    recommended: str
    chosen: str
    rationale: str
    check_on: date
    trip_wire: str = ""


class Chosen(NamedTuple):
    """The scenario that became a cycle's plan, and the one sentence it assumes; what the approvers wrote."""

    scenario: str
    assumption: str
    comments: dict[str, str]


class LookedBack(NamedTuple):
    """How a decision turned out, in the words of the one who looked."""

    sentence: str  # of the question
    state: CheckState
    found: str


OPTIONS = (
    Option(DECEMBER, "Gypsum and insulation up 6%", "olga", "From February; the market went up 9% in autumn.",
           (Pulled(LeverKind.RAISE_PRICE, "GYPS", date(2022, 2, 1), {PERCENT: 6, ELASTICITY: -0.6}),
            Pulled(LeverKind.RAISE_PRICE, "INSU", date(2022, 2, 1), {PERCENT: 6, ELASTICITY: -0.6}))),
    Option(DECEMBER, "Hold more gypsum and insulation", "sam", "A third more safety stock as soon as it can arrive.",
           (Pulled(LeverKind.SAFETY_STOCK, "GYPS", date(2022, 3, 1), {MULTIPLIER: 1.35}),
            Pulled(LeverKind.SAFETY_STOCK, "INSU", date(2022, 3, 1), {MULTIPLIER: 1.35}))),
    Option(DECEMBER, "Up 6% and hold more", "olga", "",
           of=("Gypsum and insulation up 6%", "Hold more gypsum and insulation")),
    Option(JANUARY, "Pass Prairie's rise on", "olga", "8% on gypsum board from March; cost goes up 12%.",
           (Pulled(LeverKind.RAISE_PRICE, "GYPS", date(2022, 3, 1), {PERCENT: 8, ELASTICITY: -0.5}),)),
    Option(JANUARY, "Buy gypsum before 1 March", "sam", "Two months' need at the old cost.",
           (Pulled(LeverKind.PRE_BUY, "GYPS", date(2022, 2, 1), {COVER: 2}),)),
    Option(JANUARY, "Run siding and fasteners down", "sam", "Half the safety stock until the racks are clear.",
           (Pulled(LeverKind.SAFETY_STOCK, "SIDE", date(2022, 1, 1), {MULTIPLIER: 0.5}),
            Pulled(LeverKind.SAFETY_STOCK, "FAST", date(2022, 1, 1), {MULTIPLIER: 0.5}))),
    Option(JANUARY, "Pass on, buy ahead, run down", "olga", "",
           of=("Pass Prairie's rise on", "Buy gypsum before 1 March", "Run siding and fasteners down")),
)  # fmt: skip

SHORT, TAKEN, ACCEPTED = ConflictKind.SHORTAGE, ConflictState.OPEN, ConflictState.ACCEPTED
OWNED = (
    Owned(DECEMBER, SHORT, "GYPS", "sam", TAKEN, "Splitting what comes by what customers bought in 2020."),
    Owned(DECEMBER, SHORT, "INSU", "sam", TAKEN, "Boreal gives dates week by week."),
    Owned(DECEMBER, ConflictKind.CASH, "SIDE", "olga", TAKEN, "Orders of autumn are being cancelled; asking the reps."),
    Owned(DECEMBER, SHORT, "GUTT", "olga", ACCEPTED, "Small, and over in a month."),
    Owned(JANUARY, ConflictKind.MARGIN, "GYPS", "finn", TAKEN, "Cost up 12% in March; the list does not follow yet."),
    Owned(JANUARY, SHORT, "GYPS", "sam", TAKEN, "Prairie confirms two million a month, not more."),
    Owned(JANUARY, ConflictKind.CASH, "SIDE", "sam", TAKEN, "Stopping what can still be stopped."),
    Owned(JANUARY, SHORT, "GUTT", "olga", ACCEPTED, "Small, and over by spring."),
)

QUESTIONS = (
    Asked(
        DECEMBER,
        (SHORT, "GYPS"),
        "Do we raise gypsum and insulation by 6% while we ship half of what is asked?",
        "Two rivals moved in October. Key accounts keep their contract prices until the next step.",
        "Ben Okafor: the South will hear of the price before it gets a single board.",
        "nora",
        (BASE, "Gypsum and insulation up 6%"),
        "Gypsum and insulation up 6%",
        "Gypsum and insulation up 6%",
        "We cannot fill the orders we have. A price that cools them is fairer than choosing whom to disappoint.",
        date(2022, 2, 1),
        "Orders down more than 10% beside the market: take it back.",
    ),
    Asked(
        DECEMBER,
        (SHORT, "INSU"),
        "Do we hold a third more gypsum and insulation?",
        "Lead times have gone from three weeks to sixteen; safety stock still comes from the old ones.",
        "",
        "otto",
        (BASE, "Hold more gypsum and insulation"),
        "Hold more gypsum and insulation",
        "Hold more gypsum and insulation",
        "Cover for the lead times we see, not those we remember. From January Sam plans with what receipts show.",
        date(2022, 2, 1),
        "Lead time back under eight weeks: return to the calculated stock.",
    ),
    Asked(
        JANUARY,
        (ConflictKind.MARGIN, "GYPS"),
        "Prairie goes up 12% on 1 March: pass it on, or buy ahead?",
        "Prairie accepts two million dollars a month. What we order in February still has the old cost.",
        "Finn Adeyemi: buying ahead ties up cash while the siding is not sold.",
        "eve",
        (BASE, "Pass Prairie's rise on", "Buy gypsum before 1 March"),
        "Pass Prairie's rise on",
        "Pass Prairie's rise on",
        "Once, openly and on one day, instead of a dozen quotes in panic. We buy ahead what Prairie accepts.",
        date(2022, 4, 1),
        "A rival stays more than 5% below us for a month.",
    ),
    Asked(
        JANUARY,
        (ConflictKind.CASH, "SIDE"),
        "What do we do with half a year of siding and fasteners?",
        "Bought ahead in autumn on orders that were cancelled since. Over five million dollars more than needed.",
        "Jo Whitfield: spring storms will take it all.",
        "otto",
        (BASE, "Run siding and fasteners down"),
        "Run siding and fasteners down",
        "Run siding and fasteners down",
        "No new orders until the racks are clear; the storms of one region do not need the stock of three warehouses.",
        date(2022, 5, 1),
    ),
)

CHOSEN = {
    DECEMBER: Chosen(
        "Up 6% and hold more",
        "Lead times stay at eight to twenty weeks until summer.",
        {"finn": "Margin first. Watch the stock value.", "eve": "One number for everybody. Thank you."},
    ),
    JANUARY: Chosen(
        "Pass on, buy ahead, run down",
        "Customers' double orders are cancelled by March; need stays where it was in autumn.",
        {"nora": "Sales asks for what it believes from now on.", "finn": "Cash holds only if the siding leaves."},
    ),
}

LOOKED_BACK = (
    LookedBack(QUESTIONS[0].sentence, CheckState.KEPT, "Orders fell no more than in families whose price stayed."),
    LookedBack(QUESTIONS[1].sentence, CheckState.MISSED, "Nothing extra has arrived: both mills are on allocation."),
)
