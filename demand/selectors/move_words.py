"""Why a row moved between two baseline runs, as a planner says it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from demand.constants import Cause, Route


@dataclass(frozen=True)
class MoveFacts:
    """What both runs know of a row; `came` and `expected` are base units of the new months together."""

    cause: Cause
    new_months: list[date]
    route_before: str
    route_after: str
    reason: str  # of the later run
    broke_on: date | None
    broke_to: float | None
    corrected: int  # months
    bucket: date | None  # the latest corrected
    ended_on: date | None
    came: float
    expected: float
    was_foretold: bool


def why(facts: MoveFacts) -> str:
    """Return the sentence that says why a row moved."""
    return SENTENCES[facts.cause](facts)


def _choice(facts: MoveFacts) -> str:
    if facts.route_after != Route.CHOSEN:
        return "The chosen baseline was withdrawn; its history decides again."
    return facts.reason


def _end(facts: MoveFacts) -> str:
    if facts.ended_on is None:
        return "Its end date was taken away."
    return f"Its end date was set to {facts.ended_on:%-d %B %Y}."


def _correction(facts: MoveFacts) -> str:
    if facts.corrected == 1 and facts.bucket is not None:
        return f"What counts of {facts.bucket:%B %Y} was corrected or given back."
    return f"What counts of {facts.corrected} months of history was corrected or given back."


def _route(facts: MoveFacts) -> str:
    old, new = (Route(code).label.lower() for code in (facts.route_before, facts.route_after))
    return f"Was {old}, now {new}. {facts.reason}"


def _break(facts: MoveFacts) -> str:
    share = "" if facts.broke_to is None else f", at {facts.broke_to:.0%} of the one before"
    return f"Demand is on another level since {facts.broke_on:%B %Y}{share}."


def _month(facts: MoveFacts) -> str:
    beside = "forecast" if facts.was_foretold else "a year before"
    return f"{_named(facts.new_months)} came in: {facts.came:,.0f} asked for, {facts.expected:,.0f} {beside}."


def _learnt(facts: MoveFacts) -> str:
    if facts.new_months:
        return f"{_named(facts.new_months)} came in within its usual error; the model over all rows was learnt anew."
    return "The model over all rows was learnt anew, with what changed in others."


def _named(months: list[date]) -> str:
    return f"{months[0]:%B %Y}" if len(months) == 1 else f"{months[0]:%B %Y} to {months[-1]:%B %Y}"


SENTENCES: dict[Cause, Callable[[MoveFacts], str]] = {
    Cause.NEW: lambda facts: f"The earlier run did not know it. {facts.reason}",
    Cause.GONE: lambda _: "It is no longer active.",
    Cause.CHOICE: _choice,
    Cause.END: _end,
    Cause.CORRECTION: _correction,
    Cause.ROUTE: _route,
    Cause.BREAK: _break,
    Cause.MONTH: _month,
    Cause.SUMS: lambda _: "The sums it must agree with moved.",
    Cause.LEARNT: _learnt,
}
