"""One monthly cycle at the pages, step by step; each function is what one person does."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from re import search
from typing import Any

from tests.support.person import Page, Person
from tests.support.staff import APPROVERS, Staff
from tests.support.waiting import until


@dataclass(frozen=True)
class Month:
    """The open cycle of a company and its people."""

    staff: Staff
    cycle: int

    def at(self, rest: str = "") -> str:
        """Return an address below the cycle's."""
        return f"/cycle/{self.cycle}/{rest}"

    # -- gather demand

    def baseline_run(self) -> Page:
        """Run the baseline and wait until everybody works on it."""
        olga = self.staff["olga"]
        olga.press(self.at("baseline/"), "/baseline/run/")
        return self._until(olga, "baseline/", "How the adopted baseline was made")

    def grid(self, name: str) -> dict[str, Any]:
        """Return what the adjust screen shows one person."""
        shown: dict[str, Any] = self.staff[name].json(self.at("demand/grid/"))
        return shown

    def adjust(self, name: str, cells: Sequence[dict[str, Any]], *, reason: str = "", status: int = 200) -> Any:
        """Change cells as the grid's script does."""
        change = {"change_set": str(uuid.uuid4()), "action": "edit", "cells": list(cells), "reason": reason}
        return self.staff[name].json(self.at("demand/save/"), change, status=status)

    def submit(self, name: str) -> Page:
        """Hand in a territory."""
        page = self.staff[name].press(self.at("demand/"), "/demand/submit/")
        assert "Submitted" in page.words, page.words
        return page

    # -- steps

    def close(self, name: str, step: str, opens: str = "") -> Page:
        """Close a step on the cycle's page, where its button stands; the next one opens."""
        page = self.staff[name].get(self.at())
        page = self.staff[name].send(page, page.form(f"/cycle/steps/{self.step_id(page, step)}/close/"))
        assert f"{step} is closed" in page.words, page.words
        if opens:
            assert self.state(page, opens) == "open", page.words
        return page

    def step_id(self, page: Page, step: str) -> int:
        """Return the number of a step by its name on the cycle's page."""
        found = search(rf'id="step-(\d+)-name"><a [^>]*>{step}<', page.html)
        assert found is not None, f"{step}: {page.words}"
        return int(found[1])

    def state(self, page: Page, step: str) -> str:
        """Return open, done or waiting as the cycle's menu says it."""
        found = search(rf'step-label">{step}</span><span class="visually-hidden"> \(([a-z ]+)\)', page.html)
        assert found is not None, f"{step}: {page.words}"
        return found[1]

    # -- plan supply, reconcile

    def supply_run(self) -> Page:
        """Run the supply plan and wait for it."""
        sam = self.staff["sam"]
        sam.press(self.at("supply/"), "/supply/run/")
        return self._until(sam, "supply/", "stock items is ready", log=True)

    def side_by_side(self) -> Page:
        """Put demand and supply side by side and wait for the sheet."""
        olga = self.staff["olga"]
        olga.press(self.at("reconcile/"), "/reconcile/calculate/")
        return self._until(olga, "reconcile/", "Revenue, whole horizon")

    def pull(self, page: Page, **lever: str) -> Page:
        """Pull one lever on a scenario's page, calculate, wait for what it brings."""
        olga = self.staff["olga"]
        page = olga.send(page, page.form("/levers/"), **lever)
        olga.press(page.path, "/calculate/")
        return self._until(olga, page.path, "Calculated ")

    # -- executive review, publish

    def freeze(self) -> Page:
        """Freeze the pack; the review opens with it."""
        page = self.staff["cora"].press(self.at("review/"), "/pack/freeze/")
        assert "Pack 1, frozen" in page.words, page.words
        return page

    def ask(self, sentence: str, options: Sequence[str], recommended: str, decider: str) -> Page:
        """Put one question to one executive."""
        olga = self.staff["olga"]
        page = olga.get(self.at("review/questions/new/"))
        form = page.form()
        page = olga.send(
            page,
            form,
            sentence=sentence,
            options=[form.choice("options", option) for option in options],
            recommended=form.choice("recommended", recommended),
            decider=form.choice("decider", decider.title()),
        )
        assert sentence in page.words, page.words
        return page

    def decide(self, name: str, option: str, why: str) -> Page:
        """Answer the open question."""
        page = self.staff[name].get(self.at("review/"))
        form = page.form("/decide/")
        page = self.staff[name].send(page, form, scenario=form.choice("scenario", option), rationale=why)
        assert "Every question is decided" in page.words, page.words
        return page

    def choose(self, name: str, option: str, *, status: int = 200) -> Page:
        """Choose the one plan."""
        page = self.staff[name].get(self.at("review/"))
        form = page.form("/plan/choose/")
        chosen = form.choice("scenario", option)
        return self.staff[name].send(page, form, scenario=chosen, assumption="Prices hold.", status=status)

    def sign_all(self) -> None:
        """Sign for every function; nobody signs twice."""
        for name in APPROVERS:
            page = self.staff[name].press(self.at("review/"), "/plan/sign/")
            assert not page.offers("/plan/sign/"), page.words

    def publish(self) -> Page:
        """Seal the plan."""
        page = self.staff["cora"].press(self.at("publish/"), "/publish/seal/")
        assert "Version 1 is published" in page.words, page.words
        return page

    def measure(self) -> Page:
        """Hold the plan against what happened."""
        page = self.staff["olga"].press(self.at("measure/"), "/measure/run/")
        assert "Measured 1 month" in page.words, page.words
        return page

    def _until(self, person: Person, rest: str, words: str, *, log: bool = False) -> Page:
        """Return a page once it (or the cycle's log) says what background work was waited for."""
        address = rest if rest.startswith("/") else self.at(rest)

        def page() -> Page | None:
            return person.get(address) if words in person.get(self.at() if log else address).words else None

        return until(page, f"{address} never says {words!r}")


def cycle_open(staff: Staff, month: str) -> Month:
    """Open the first cycle from the coordinator's home page."""
    page = staff["cora"].press("/", "/cycles/new/", month=month)
    found = search(r"/cycle/(\d+)/", page.path)
    assert found is not None, page.words
    return Month(staff, int(found[1]))
