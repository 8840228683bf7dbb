"""The home page: what this person does next and by when, the cycle at a glance, how the last plan turned out."""

from dataclasses import dataclass

from sop.constants import Progress, StepKind, StepState
from sop.cycle_hooks import missing_to_close, missing_to_open
from sop.home_items import HomeFigure, HomeItem, figures_of, items_of
from sop.models import Cycle, CycleStep, Product, StepProgress, User
from sop.navigation import cycle_url, step_url
from sop.selectors.cycle import cycle_latest, cycle_open_now, may_close, progress, steps

# What a person with a part of their own does in each step: the sentence and the button.
OWN_PART: dict[StepKind, tuple[str, str]] = {
    StepKind.GATHER: ("Adjust and submit your forecast", "Open my forecast"),
    StepKind.SUPPLY: ("Plan supply and answer the shortages", "Open the supply plan"),
    StepKind.RECONCILE: ("Settle what demand, supply and money disagree on", "Open reconcile"),
    StepKind.REVIEW: ("Decide the open questions and sign the plan", "Open the review"),
    StepKind.PUBLISH: ("Publish the signed plan", "Open publish"),
}


@dataclass(frozen=True)
class StepLine:
    """One step at a glance: where it is and how many of its people have submitted."""

    step: CycleStep
    url: str
    submitted: int
    people: int


@dataclass(frozen=True)
class Home:
    """Everything the home page shows; `first` is the one thing to do now."""

    cycle: Cycle | None
    lines: list[StepLine]
    first: HomeItem | None
    others: list[HomeItem]
    figures: list[HomeFigure]
    new: bool  # nothing is here yet: no products, no cycle


def home(user: User) -> Home:
    """Return one person's home page."""
    cycle = cycle_open_now()
    figures = figures_of(user)
    if cycle is None:
        new = not Product.objects.exists()
        items = [] if new else [_between_cycles(user)]
        return Home(None, [], items[0] if items else None, [], figures, new)
    parts = list(progress(cycle))
    of_cycle = steps(cycle)
    lines = [_line(step, [part for part in parts if part.step_id == step.pk]) for step in of_cycle]
    items = _items(user, of_cycle, parts)
    return Home(cycle, lines, items[0] if items else None, items[1:], figures, new=False)


def _line(step: CycleStep, parts: list[StepProgress]) -> StepLine:
    submitted = sum(part.state == Progress.SUBMITTED for part in parts)
    return StepLine(step, step_url(step.kind, step.cycle_id), submitted, len(parts))


def _items(user: User, of_cycle: list[CycleStep], parts: list[StepProgress]) -> list[HomeItem]:
    """Return what to do first, then what to wait for."""
    found: list[HomeItem] = []
    for step in of_cycle:
        if step.state == StepState.OPEN:
            found += _own(user, step, parts) + _closing(user, step, parts)
        found += items_of(user, step)
    waiting = next((step for step in of_cycle if step.state != StepState.CLOSED), None)
    if waiting is None:
        found += _all_closed(user, of_cycle)
    elif waiting.state == StepState.WAITING:
        found += _blocked(user, waiting)
    if not found:
        found = [_nothing_yet(of_cycle, waiting, parts, user)]
    return sorted(found, key=lambda item: item.waiting)


def _own(user: User, step: CycleStep, parts: list[StepProgress]) -> list[HomeItem]:
    part = next((part for part in parts if part.step_id == step.pk and part.user_id == user.pk), None)
    if part is None:
        return []
    url = step_url(step.kind, step.cycle_id)
    if part.state == Progress.SUBMITTED:
        others = _names(step, parts)
        detail = f"Waiting for {others}." if others else "Everybody has submitted."
        return [HomeItem(f"You submitted {_word(step)}", detail, url, "Look again", step.due_at, waiting=True)]
    sentence, label = OWN_PART[StepKind(step.kind)]
    detail = f"Asked back: {part.note}" if part.note else step.stale_because
    return [HomeItem(sentence, detail, url, label, step.due_at)]


def _closing(user: User, step: CycleStep, parts: list[StepProgress]) -> list[HomeItem]:
    """Say to those who close a step what it waits for."""
    if not may_close(user, StepKind(step.kind)):
        return []
    page = cycle_url(step.cycle_id)
    missing = missing_to_close(step)
    names = _names(step, parts) if step.kind == StepKind.GATHER else ""
    if names:
        missing.append(f"Waiting for {names} to submit.")
    if missing:
        sentence = f"{step.get_kind_display()} cannot close yet"
        return [HomeItem(sentence, " ".join(missing), page, "See the cycle", step.due_at, waiting=True)]
    if not step.stale_because:
        return [HomeItem(f"Close {_word(step)}", "Nothing is missing.", page, "Go to the cycle", step.due_at)]
    return [HomeItem(f"Calculate {_word(step)} again", step.stale_because, page, "See the cycle", step.due_at)]


def _blocked(user: User, step: CycleStep) -> list[HomeItem]:
    if not may_close(user, StepKind(step.kind)):
        return []
    missing = missing_to_open(step)
    if not missing:
        return [HomeItem(f"Open {_word(step)}", "", cycle_url(step.cycle_id), "Go to the cycle", step.due_at)]
    sentence = f"{step.get_kind_display()} cannot open yet"
    return [HomeItem(sentence, " ".join(missing), step_url(step.kind, step.cycle_id), "Go there", step.due_at)]


def _all_closed(user: User, of_cycle: list[CycleStep]) -> list[HomeItem]:
    if not user.has_perm("sop.open_cycle"):
        return []
    cycle_id = of_cycle[0].cycle_id
    return [HomeItem("Close the cycle", "All five steps are closed.", cycle_url(cycle_id), "Go to the cycle")]


def _nothing_yet(
    of_cycle: list[CycleStep], waiting: CycleStep | None, parts: list[StepProgress], user: User
) -> HomeItem:
    """Say when this person's own part begins."""
    mine = {part.step_id for part in parts if part.user_id == user.pk and part.state != Progress.SUBMITTED}
    ahead = next((step for step in of_cycle if step.pk in mine and step.state == StepState.WAITING), None)
    now = f"{waiting.get_kind_display()} is under way." if waiting else "All steps are closed."
    if ahead is None:
        return HomeItem("Nothing to do for you now", now, waiting=True)
    sentence = f"Nothing to do until {_word(ahead)} opens"
    return HomeItem(sentence, now, due_at=ahead.due_at, waiting=True)


def _between_cycles(user: User) -> HomeItem:
    last = cycle_latest()
    before = f"The {last} is closed." if last else "There has been no cycle yet."
    if not user.has_perm("sop.open_cycle"):
        return HomeItem("No cycle is open", f"{before} The coordinator opens the next one.", waiting=True)
    return HomeItem("Open the next cycle", before, "", "Open it")


def _names(step: CycleStep, parts: list[StepProgress]) -> str:
    return ", ".join(
        part.user.name
        for part in parts
        if part.step_id == step.pk and part.state != Progress.SUBMITTED and part.user.is_active
    )


def _word(step: CycleStep) -> str:
    return str(step.get_kind_display()).lower()
