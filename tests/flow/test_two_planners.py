"""Two planners change overlapping ranges at the running product: no number is lost, every refused cell is told."""

import os
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import cycle
from threading import Event, Thread
from typing import Any

import pytest

from demand.models import ForecastSnapshot, Override
from sop.constants import CycleState, StepKind
from sop.models import Cycle, CycleStep, User
from tests.support.live import Live
from tests.support.person import Person

SECONDS = float(os.environ.get("EDIT_SECONDS", "12"))  # a minute by EDIT_SECONDS=60
SERIES, MONTHS = 8, 6  # small enough that both are in the same cells all the time
RANGE = (3, 4)  # series x months of one paste
HIGHEST = 5_000  # numbers begin anew here: the grid refuses what is far above a row's baseline
SECOND = "olivia"

Cell = tuple[int, str]


@dataclass
class Planner:
    """One of two people at their grids: what they saw, what they were told."""

    person: Person
    here: str
    numbers: Iterator[int]
    seen: dict[Cell, int] = field(default_factory=dict)
    saved: list[tuple[Cell, int, int, str]] = field(default_factory=list)  # cell, version seen, version given, number
    refused: list[Cell] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # what was said of changes after the step closed
    faults: list[str] = field(default_factory=list)

    def look(self) -> tuple[list[int], list[str]]:
        """Load the grid; return the series and months to work on."""
        data = self.person.json(f"{self.here}grid/")
        months = [month["bucket"] for month in data["months"] if month["kind"] == "plan"]
        chosen = [row["series"] for row in data["rows"] if row["series"]][:SERIES]
        for series in chosen:
            self.seen |= dict(zip(((series, month) for month in months), data["versions"][str(series)], strict=True))
        return chosen, months[:MONTHS]

    def work(self, series: list[int], months: list[str], stop: Event) -> None:
        """Paste into random overlapping ranges until told to stop; a refused cell is looked at and typed again."""
        chance = random.Random(self.person.name)
        while not stop.is_set():
            top, left = chance.randrange(SERIES - RANGE[0] + 1), chance.randrange(MONTHS - RANGE[1] + 1)
            self.paste([(pk, month) for pk in series[top : top + RANGE[0]] for month in months[left : left + RANGE[1]]])

    def paste(self, cells: list[Cell]) -> None:
        """Send one change; every cell must come back as saved or as refused."""
        typed = {cell: str(next(self.numbers)) for cell in cells}
        sent = [
            {"series": pk, "bucket": month, "quantity": typed[pk, month], "version": self.seen[pk, month]}
            for pk, month in cells
        ]
        change = {"change_set": str(uuid.uuid4()), "action": "paste", "cells": sent}
        status, answer = self.person.answered(f"{self.here}save/", change)
        if "saved" not in answer:
            self.late.append(answer["error"])
            return
        if status not in (200, 422):
            self.faults.append(f"{status}: {answer}")
        self.take(answer, typed)

    def take(self, answer: dict[str, Any], typed: dict[Cell, str]) -> None:
        """Note what was saved and what somebody else had changed first."""
        told = [(each["series"], each["bucket"]) for each in (*answer["saved"], *answer["refused"])]
        if sorted(told) != sorted(typed):
            self.faults.append(f"sent {sorted(typed)}, told of {sorted(told)}")
        for each in answer["saved"]:
            cell = each["series"], each["bucket"]
            self.saved.append((cell, self.seen[cell], each["version"], typed[cell]))
            self.seen[cell] = each["version"]
        for each in answer["refused"]:
            cell = each["series"], each["bucket"]
            if each["reason"] != "conflict" or not each["by"] or each["by"] not in each["message"]:
                self.faults.append(f"refused without saying who: {each}")
            self.refused.append(cell)
            self.seen[cell] = each["version"]


@pytest.fixture
def cycle_id(live_demo: Live) -> int:
    """The open cycle, in which a second planner works beside Olga."""
    with live_demo.orm():
        olga = User.objects.get(username="olga")
        second = User.objects.create(
            username=SECOND, name="Olivia Reyes", email="o@example.com", password=olga.password
        )
        second.groups.set(olga.groups.all())
        return Cycle.objects.get(state=CycleState.OPEN).pk


@pytest.fixture
def planners(live_demo: Live, cycle_id: int) -> list[Planner]:
    numbers, here = cycle(range(1, HIGHEST)), f"/cycle/{cycle_id}/demand/"
    found = [Planner(Person(live_demo.url, name), here, numbers) for name in ("olga", SECOND)]
    for planner in found:
        planner.person.sign_in("demo-olga")
    return found


def both_work(planners: list[Planner], meanwhile: Callable[[], object]) -> None:
    """Let both work at once until `meanwhile` is over."""
    stop = Event()
    looked = [planner.look() for planner in planners]
    assert looked[0] == looked[1], "they must be in the same cells"
    threads = [Thread(target=planner.work, args=(*looked[0], stop)) for planner in planners]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        stop.set()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert [planner.faults for planner in planners] == [[], []]


def accepted(planners: list[Planner]) -> dict[Cell, list[tuple[int, int, str]]]:
    """Return, by cell, what was accepted from either: version seen, version given, number, in that order."""
    found: dict[Cell, list[tuple[int, int, str]]] = defaultdict(list)
    for planner in planners:
        for cell, before, after, number in planner.saved:
            found[cell].append((before, after, number))
    return {cell: sorted(steps, key=lambda step: step[1]) for cell, steps in found.items()}


def test_no_number_is_lost_and_every_refused_cell_is_told(
    live_demo: Live, cycle_id: int, planners: list[Planner]
) -> None:
    both_work(planners, lambda: time.sleep(SECONDS))
    assert all(planner.saved and planner.refused for planner in planners), "they were never in each other's way"
    steps = accepted(planners)
    for cell, chain in steps.items():
        first = chain[0][0]
        versions = list(range(first + 1, first + 1 + len(chain)))
        assert [after for _, after, _ in chain] == versions, f"{cell}: two were given the same version, or one is gone"
        assert [before for before, _, _ in chain] == [version - 1 for version in versions], f"{cell}: not seen before"
    with live_demo.orm():
        for (series, bucket), chain in steps.items():
            where = {
                "cycle_id": cycle_id,
                "series_id": series,
                "bucket": date.fromisoformat(bucket),
                "layer": "consensus",
            }
            held = Override.objects.get(**where)
            assert (held.version, held.quantity) == (chain[-1][1], Decimal(chain[-1][2]))
            kept = Override.history.filter(**where).order_by("history_id").values_list("quantity", flat=True)
            assert list(kept)[-len(chain) :] == [Decimal(number) for _, _, number in chain], "the history tells all"


def test_a_step_that_closes_under_their_hands_takes_no_late_number(
    live_demo: Live, cycle_id: int, planners: list[Planner]
) -> None:
    cora = Person(live_demo.url, "cora")
    cora.sign_in("demo-cora")
    with live_demo.orm():
        step_id = CycleStep.objects.get(cycle_id=cycle_id, kind=StepKind.GATHER).pk

    def close() -> None:
        time.sleep(2)
        cora.press(f"/cycle/{cycle_id}/", f"/cycle/steps/{step_id}/close/", reason="The review date stands.")
        time.sleep(1)

    both_work(planners, close)
    for planner in planners:
        assert planner.saved
        assert planner.late, "both went on typing after the step had closed"
        assert all("closed" in sentence for sentence in planner.late)
    steps = accepted(planners)
    with live_demo.orm():
        for (series, bucket), chain in steps.items():
            of = {"cycle_id": cycle_id, "series_id": series, "bucket": date.fromisoformat(bucket)}
            snapshot = ForecastSnapshot.objects.filter(**of).latest("version")
            assert snapshot.consensus == Decimal(chain[-1][2]), (
                "what was said to be saved is what the plan was closed on"
            )
            assert Override.objects.get(**of, layer="consensus").quantity == snapshot.consensus
