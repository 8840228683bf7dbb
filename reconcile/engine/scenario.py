"""Scenario: the plan with levers pulled, what it comes to, and what each lever brings and costs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from reconcile.engine.levers import Lever, levers_in_order, levers_pull
from supply.engine.kpi import kpi_by, kpi_totals
from supply.engine.plan import SupplyPlan, plan_supply
from supply.engine.problem import SupplyProblem
from supply.engine.safety_stock import expected_lost_plan


@dataclass(frozen=True, eq=False)
class LeverEffect:
    """What one lever does beside the others: the scenario with it less the scenario without it, on its items.

    change: difference of every key figure of `scenario_totals`; a plan without risk shows only what safety stock
    costs, so that `expected_lost_units` and `expected_lost_value` always stand beside it. figures: the lever's own.
    """

    kind: str
    label: str
    first: int
    last: int
    items: int
    change: dict[str, float]
    figures: dict[str, float]


@dataclass(frozen=True, eq=False)
class ScenarioResult:
    """A scenario: its plan, key figures in total and by family and month, effects of its levers, warnings.

    totals: see `scenario_totals`. by_family: see `supply.engine.kpi.kpi_by`, one row per family and month.
    """

    plan: SupplyPlan
    totals: dict[str, float]
    by_family: pd.DataFrame
    effects: tuple[LeverEffect, ...]
    warnings: tuple[str, ...]


def scenario_compute(problem: SupplyProblem, levers: Sequence[Lever] = ()) -> ScenarioResult:
    """Return the scenario; without levers it is the plan itself."""
    ordered, clashes = levers_in_order(levers)
    results = levers_pull(problem, ordered)
    told = [sentence for result in results for sentence in result.warnings]
    plan = plan_supply(results[-1].problem if results else problem)
    effects = [_effect(problem, ordered, place, results[place].figures) for place in range(len(ordered))]
    return ScenarioResult(
        plan=plan,
        totals=scenario_totals(plan),
        by_family=kpi_by(plan, plan.problem.family),
        effects=tuple(effects),
        warnings=(*clashes, *told),
    )


def scenario_totals(plan: SupplyPlan) -> dict[str, float]:
    """Return `kpi_totals` and what safety stock leaves to chance: expected_lost_units and expected_lost_value [money].

    Units expected not to be served at once in the horizon by the safety stock formula (loss function), and their price.
    """
    lost = expected_lost_plan(plan.problem, plan.safety)
    expected = {
        "expected_lost_units": float(lost.sum()),
        "expected_lost_value": float((lost * plan.problem.price).sum()),
    }
    return kpi_totals(plan) | expected


def scenario_change(base: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Return other - base for every key figure."""
    return {name: other[name] - base[name] for name in base}


def _effect(problem: SupplyProblem, ordered: Sequence[Lever], place: int, figures: dict[str, float]) -> LeverEffect:
    """Return the effect of one lever: everything computed with and without it, on the items it touches.

    Those are the items of its scope and all that share a supplier's limits with them: what one gets, another lacks.
    """
    lever, scope = ordered[place], np.flatnonzero(ordered[place].scope)
    rows = problem.linked(scope)
    part = problem.take(rows)
    levers = [replace(each, scope=each.scope[rows]) for each in ordered]
    with_it = scenario_totals(plan_supply(_pulled(part, levers)))
    without = scenario_totals(plan_supply(_pulled(part, levers[:place] + levers[place + 1 :])))
    change = scenario_change(without, with_it)
    own = lever.concluded(figures, change)
    return LeverEffect(lever.kind, lever.label, lever.first, lever.last, len(scope), change, own)


def _pulled(problem: SupplyProblem, levers: Sequence[Lever]) -> SupplyProblem:
    """Return the problem with levers pulled."""
    results = levers_pull(problem, levers)
    return results[-1].problem if results else problem
