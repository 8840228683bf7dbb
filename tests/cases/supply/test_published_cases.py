"""Figures from textbooks and published exercises, each a named test of the function whose idea it is.

The figures lie in facts/<idea>.json with their source; NOT_BUILT.md names those whose function does not exist yet.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from reconcile.engine.pre_buy import cover_worth_buying, extra_units, last_order_before_rise, one_time_discount
from reconcile.engine.price import best_price_linear, break_even_volume_change
from supply.engine import distributions as dist
from supply.engine import order_up_to as level
from supply.engine.allocation import fair_share
from supply.engine.capacity import rough_cut_load
from supply.engine.cover import cover
from supply.engine.limits import SupplierLimit, SupplierLimits
from supply.engine.lots import lot
from supply.engine.money import cash_paid, moving_average_cost, purchases_for_cover
from supply.engine.plan import plan_supply
from supply.engine.projection import netting, project
from tests.unit.supply.problems import problem

FACTS = Path(__file__).parent / "facts"


def facts(idea):
    return {case["id"]: case for case in json.loads((FACTS / f"{idea}.json").read_text())}


def each(idea, only=None):
    cases = {name: case for name, case in facts(idea).items() if only is None or only(name)}
    return pytest.mark.parametrize("case", cases.values(), ids=cases.keys())


def close(found, case, name):
    assert found == pytest.approx(case["expected"][name], abs=case["tolerance"]), name


@each("netting", only=lambda name: name.startswith("netting"))
def test_netting_table(case):
    given = case["inputs"]
    flows, release = netting(
        given["on_hand"],
        given["gross"],
        given["scheduled_receipts"],
        given["lead_time"],
        safety_stock=given["safety_stock"],
        multiple=0 if given["lot_for_lot"] else given["lot"],
    )
    received = {str(step + 1): quantity for step, quantity in enumerate(flows.receipts[0]) if quantity}
    released = {str(release[0, int(step) - 1] + 1): quantity for step, quantity in received.items()}
    assert (flows.closing - flows.backlog)[0].tolist() == case["expected"]["projected_available"]
    assert received == case["expected"]["planned_receipts"]
    assert released == case["expected"]["planned_releases"]


def test_projected_available_with_receipts_given():
    case = facts("netting")["pab_given_mps"]
    given = case["inputs"]
    demand = np.maximum(given["forecast"], given["booked"]).astype(float)[None]
    start, none, all_waits = np.array([given["on_hand"]]), np.zeros(1), np.ones(1)
    flows = project(start, none, demand, np.array([given["receipts"]], dtype=float), all_waits)
    assert (flows.closing - flows.backlog)[0].tolist() == case["expected"]["projected"]


@each("lots")
def test_lots(case):
    rows = case["inputs"]["rows"]
    found = [float(lot(row["need"], row["moq"], row["multiple"], row["max"] or np.inf)) for row in rows]
    assert found == case["expected"]["totals"]


@each("loss")
def test_units_expected_short(case):
    given = dict(case["inputs"])
    at = given.pop("x", None)
    found = {
        "loss_gamma_a2": lambda: dist.gamma_loss(
            at, given["shape"] * given["scale"], given["shape"] ** 0.5 * given["scale"]
        ),
        "loss_lognormal_10": lambda: dist.lognormal_loss(at, given["mu"], given["sigma"]),
        "loss_negbinom_14": lambda: dist.negative_binomial_loss(at, given["mean"], given["sd"]),
        "loss_normal_x11p0": lambda: dist.normal_loss(at, given["mean"], given["sd"]),
        "loss_stdnormal_3p1": lambda: dist.standard_normal_loss(given["z"]),
        "loss_stdnormal_m1p4": lambda: dist.standard_normal_loss(given["z"]),
    }[case["id"]]()
    (expected,) = case["expected"].values()
    assert float(found) == pytest.approx(expected, abs=case["tolerance"])


@each("safety_stock", only=lambda name: name in {"ss_constant_demand_variable_lt", "ss_periodic_birdfeeder"})
def test_safety_stock_over_lead_time_and_review(case):
    given = case["inputs"]
    review = given.get("review", 0)
    mean = given["mean"] * (given["lead_time"] + review)
    sd = level.demand_deviation(given["mean"], given["sd"], given["lead_time"], given["lead_time_sd"], review)
    close(level.safety_stock(given["service"], mean, sd), case, "safety_stock")
    upper = level.order_up_to_level(given["service"], mean, sd)
    close(upper, case, "order_up_to" if review else "reorder_point")


def test_safety_stock_of_the_printers():
    case = facts("safety_stock")["ss_printers_normal"]
    known, daily = case["inputs"]["i"], case["inputs"]["ii"]
    close(level.safety_stock(known["service"], known["mean_dl"], known["sigma_dl"]), case, "ss_i")
    close(level.order_up_to_level(known["service"], known["mean_dl"], known["sigma_dl"]), case, "op_i")
    mean = daily["mean"] * daily["lead_time"]
    sd = level.demand_deviation(daily["mean"], daily["sd"], daily["lead_time"], daily["lead_time_sd"])
    close(level.safety_stock(daily["service"], mean, sd), case, "ss_ii")
    close(level.order_up_to_level(daily["service"], mean, sd), case, "op_ii")


def test_safety_stock_and_order_point_of_scperf():
    case = facts("safety_stock")["ss_scperf_ss"]
    a, b = case["inputs"]["a"], case["inputs"]["b"]
    close(level.safety_stock(a["service"], 0, level.demand_deviation(0, a["sd"], a["lead_time"])), case, "ss_a")
    sd = level.demand_deviation(b["mean"], b["sd"], b["lead_time"])
    close(level.order_up_to_level(b["service"], b["mean"] * b["lead_time"], sd), case, "rop_b")


def test_safety_stock_for_a_given_factor():
    case = facts("safety_stock")["ss_variable_both_120_60"]
    given = case["inputs"]
    sd = level.demand_deviation(given["mean"], given["sd"], given["lead_time"], given["lead_time_sd"])
    close(sd, case, "sigma_dl")
    close(given["z"] * sd, case, "safety_stock")


def test_order_up_to_of_the_furniture_store():
    case = facts("order_up_to")["orderupto_furniture_desk"]
    given = case["inputs"]
    mean = given["mean"] * (given["lead_time"] + given["review"])
    sd = level.demand_deviation(given["mean"], given["sd"], given["lead_time"], 0, given["review"])
    for name in ("a", "b"):
        at = given[name]
        close(level.order_quantity(at["S"], at["on_hand"], at["on_order"]), case, f"order_{name}")
    close(level.order_up_to_level(given["service"], mean, sd), case, "S_98")
    left = level.expected_on_hand(given["S_e"], mean, sd)
    close(left, case, "on_hand_at_120")
    close(left * given["unit_cost"] * given["capital_rate"], case, "capital_cost_year")


def test_cheapest_level_for_normal_demand():
    case = facts("order_up_to")["basestock_sns_ex4_3"]
    given = case["inputs"]
    costs, demand = (given["stockout_cost"], given["holding_cost"]), (given["mean"], given["sd"])
    best = level.newsvendor_level(*costs, *demand)
    close(best, case, "S")
    close(level.newsvendor_cost(best, *costs, *demand), case, "cost")
    close(level.newsvendor_cost(given["S_eval"], *costs, *demand), case, "cost_at_S_eval")


def test_cheapest_level_for_poisson_demand():
    case = facts("order_up_to")["basestock_sns_p4_8a_poisson"]
    given = case["inputs"]
    costs, demand = (given["stockout_cost"], given["holding_cost"]), (given["mean"], given["mean"] ** 0.5)
    best = level.newsvendor_level(*costs, *demand, distribution="poisson")
    assert best == case["expected"]["S"]
    close(level.newsvendor_cost(best, *costs, *demand, distribution="poisson"), case, "cost")


@pytest.mark.parametrize("who", ["gallego", "porteus"])
def test_fill_rate_of_the_newsboy(who):
    case = facts("order_up_to")["fill_gallego_newsboy"]
    given = case["inputs"]
    sd = given[f"sd_{who}"]
    best = level.newsvendor_level(given["price"] - given["cost"], given["cost"], given["mean"], sd)
    close(best, case, f"Q_{who}")
    short = dist.normal_loss(best, given["mean"], sd)
    close(level.fill_rate_of_cycle(short, given["mean"]), case, f"fr_{who}")


def test_fill_rate_of_a_reorder_point():
    case = facts("order_up_to")["fill_hp_sams_club"]
    given = case["inputs"]
    mean = given["mean"] * given["lead_time"]
    sd = level.demand_deviation(given["mean"], given["sd"], given["lead_time"])
    short = level.cycle_shortage(given["rop"], mean, sd)
    close(given["rop"] - mean, case, "safety_stock")
    close(short, case, "esc")
    close(level.fill_rate_of_cycle(short, given["Q"]), case, "fill_rate")
    # The level for the published cycle service (0.68, rounded to two places) is this reorder point.
    assert level.order_up_to_level(case["expected"]["csl"], mean, sd) == pytest.approx(given["rop"], abs=2)


@each("cover")
def test_forward_cover(case):
    found = float(cover(case["inputs"]["stock"], case["inputs"]["forecast"]))
    if case["expected"]["cover"] is None:
        assert np.isnan(found)
    else:
        close(found, case, "cover")


@each("allocation")
def test_fair_share(case):
    given = case["inputs"]
    days, given_to = fair_share(given["available"], given["stock"], given["daily_demand"])
    close(days, case, "days")
    close(given_to.tolist(), case, "alloc")


@each("capacity", lambda name: name == "rccp_cpof")
def test_rough_cut_load(case):
    given = case["inputs"]
    products = list(given["qty"])
    load = rough_cut_load([given["qty"][p] for p in products], [given["hours"][p] for p in products])
    assert load == case["expected"]["total"]
    shares = rough_cut_load(
        [given["qty"][p] for p in products], [given["hours"][p] for p in products], list(given["share"].values())
    )
    assert dict(zip(given["share"], shares.tolist(), strict=True)) == {
        name: case["expected"][name] for name in given["share"]
    }


def test_orders_ahead_of_a_limit_per_period():
    """The quantities of capacitated lot sizing; its cost follows, though nothing in the plan minimises it."""
    case = facts("capacity")["capacity_lot_sizing_rossi"]
    given = case["inputs"]
    periods = len(given["demand"])
    limits = SupplierLimits.build([1], {1: SupplierLimit(np.full((1, periods), given["capacity"]))}, months=periods)
    plan = plan_supply(
        problem(periods, demand=[given["demand"]], on_hand=0.0, lead_days=0.0, steps_per_month=1, limits=limits)
    )
    orders, stock = plan.months.releases[0], plan.months.closing[0]
    close(orders.tolist(), case, "orders")
    each_order = given["order_cost"] * (orders > 0).sum() + given["unit_cost"] * orders.sum()
    close(each_order + given["holding"] * stock.sum(), case, "cost")


def test_moving_average_cost():
    case = facts("money")["wac_wcs12"]
    quantity, cost = case["inputs"]["opening"]["qty"], case["inputs"]["opening"]["cost"]
    sale, purchase, last_sale = case["inputs"]["events"]
    quantity -= sale[1]
    cost = float(moving_average_cost(quantity, cost, purchase[1], purchase[2]))
    quantity += purchase[1] - last_sale[1]
    close(cost, case, "wac_after_purchase")
    close(last_sale[1] * cost, case, "cogs_last_sale")
    close(quantity, case, "closing_qty")
    close(quantity * cost, case, "closing_value")


def test_purchases_budget_and_cash_paid():
    case = facts("money")["purchases_earrings_unlimited"]
    given = case["inputs"]
    units = purchases_for_cover(
        given["sales"], given["next_sales"], given["opening_stock"], given["target_share_of_next"]
    )
    value = units * given["unit_cost"]
    paid, owed = cash_paid(value, given["opening_payables"], given["pay_same_month"])
    assert units.tolist() == case["expected"]["purchases_units"]
    assert value.tolist() == case["expected"]["purchases_value"]
    assert paid.tolist() == case["expected"]["cash_paid"]
    assert owed == case["expected"]["closing_payables"]


def test_last_order_before_a_known_rise():
    case = facts("pre_buy")["prebuy_known_price_rise_50_54"]
    given = case["inputs"]
    order, after, gain = last_order_before_rise(
        given["cost_now"],
        given["cost_later"],
        order_cost=given["order_cost"],
        annual_demand=given["annual_demand"],
        carry_rate=given["carrying_rate"],
    )
    close(order, case, "Q")
    close(after, case, "eoq_after")
    close(gain, case, "gain")


def test_extra_units_before_a_rise_without_ordering_cost():
    case = facts("pre_buy")["prebuy_marginal_rule"]
    given = case["inputs"]
    close(extra_units(given["price_rise"], given["annual_demand"], given["holding_per_unit_year"]), case, "extra")
    # A unit cost of 20 held at 22 % a year costs the 4.4 of the exercise.
    close(cover_worth_buying(20.0, 20.0 + given["price_rise"], 0.22), case, "cover_months")


def test_one_order_at_a_discount():
    case = facts("pre_buy")["prebuy_vitaherb_one_time_discount"]
    given = case["inputs"]
    regular, special, forward = one_time_discount(
        given["regular_cost"],
        given["discount"],
        carry_rate=given["carrying_rate"],
        annual_demand=given["annual_demand"],
        order_cost=given["order_cost"],
    )
    close(regular, case, "Q_regular")
    close(special, case, "Q_special")
    close(forward, case, "forward_buy")


def test_break_even_volume_change():
    case = facts("price")["price_breakeven_king_of_pops"]
    given = case["inputs"]
    shares = np.array(given["changes"]) / given["price"]
    close(break_even_volume_change(shares, given["price"], given["unit_cost"]).tolist(), case, "breakeven")


def test_best_price_under_linear_demand():
    case = facts("price")["price_linear_demand_vitaherb"]
    given = case["inputs"]
    price, demand = best_price_linear(given["a"], given["b"], given["costs"])
    close(price.tolist(), case, "price")
    close(demand.tolist(), case, "demand")


def test_every_fact_is_run_by_a_test():
    """A figure carried into the project without a test that reads it would rot unseen."""
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    whole_files = ("lots", "loss", "cover", "allocation")
    ids = [name for path in FACTS.glob("*.json") if path.stem not in whole_files for name in facts(path.stem)]
    assert [name for name in ids if name not in text and not name.startswith("netting")] == []
