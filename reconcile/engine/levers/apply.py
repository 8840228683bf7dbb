"""Apply levers: in their fixed order, the last of two on the same items and months."""

from collections.abc import Sequence
from dataclasses import replace

from reconcile.engine.levers.lever import STAGES, Applied, Lever
from supply.engine.problem import SupplyProblem


def levers_in_order(levers: Sequence[Lever]) -> tuple[list[Lever], list[str]]:
    """Return the levers in the order they act, without what a later one of their kind replaces, and the warnings.

    Where two of a kind share items and months, the one chosen last wins on those items.
    """
    kept: list[Lever] = []
    warnings: list[str] = []
    for lever in reversed(levers):
        mine = lever.scope
        if not mine.any():
            warnings.append(f"{lever.label}: no item belongs to this lever; it does nothing.")
        for later in kept:
            if later.kind == lever.kind and later.first <= lever.last and lever.first <= later.last:
                if shared := int((mine & later.scope).sum()):
                    warnings.append(f"{later.label}: set twice for {shared} items; the lever chosen last counts.")
                mine = mine & ~later.scope
        if mine.any():
            kept.insert(0, replace(lever, scope=mine))
    return sorted(kept, key=lambda lever: STAGES.index(lever.stage)), warnings


def levers_pull(problem: SupplyProblem, ordered: Sequence[Lever]) -> list[Applied]:
    """Return what each lever leaves, one after the other; the last one holds the problem with all of them."""
    results: list[Applied] = []
    for lever in ordered:
        results.append(lever.apply(results[-1].problem if results else problem))
    return results


def apply_levers(problem: SupplyProblem, levers: Sequence[Lever]) -> tuple[SupplyProblem, list[str]]:
    """Return the problem with all levers pulled in their fixed order, and what the planner must be told."""
    ordered, warnings = levers_in_order(levers)
    results = levers_pull(problem, ordered)
    told = [sentence for result in results for sentence in result.warnings]
    return (results[-1].problem if results else problem), warnings + told
