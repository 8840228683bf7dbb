"""Distributions of demand: quantiles and expected shortage against direct computation."""

import numpy as np
import pytest
from scipy import stats

from supply.engine.distributions import demand_loss, demand_quantile

MEAN = np.array([0.3, 2.0, 7.5, 30.0, 800.0])
SD = np.array([0.9, 2.5, 4.0, 12.0, 300.0])


def scipy_of(name, mean, sd):
    return {
        "normal": lambda: stats.norm(mean, sd),
        "gamma": lambda: stats.gamma((mean / sd) ** 2, scale=sd**2 / mean),
        "poisson": lambda: stats.poisson(mean),
        "negative_binomial": lambda: stats.nbinom(mean**2 / (sd**2 - mean), mean / sd**2),
    }[name]()


@pytest.mark.parametrize("name", ["normal", "gamma", "poisson", "negative_binomial"])
@pytest.mark.parametrize("target", [0.3, 0.9, 0.95, 0.999])
def test_quantiles_equal_scipys(name, target):
    for mean, sd in zip(MEAN, SD, strict=True):
        assert demand_quantile(name, target, mean, sd) == pytest.approx(scipy_of(name, mean, sd).ppf(target), rel=1e-9)


@pytest.mark.parametrize("name", ["poisson", "negative_binomial"])
def test_shortage_in_whole_units_equals_the_sum_over_all_demands(name):
    demand = np.arange(0, 6000)
    for mean, sd in zip(MEAN, SD, strict=True):
        chance = scipy_of(name, mean, sd).pmf(demand)
        for level in (0, 0.5, 3, mean, 1.6 * mean + 2):
            expected = (np.maximum(demand - level, 0) * chance).sum()
            assert float(demand_loss(name, level, mean, sd)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["normal", "gamma"])
def test_shortage_equals_the_mean_of_many_draws(name):
    draws = scipy_of(name, 30.0, 12.0).rvs(400_000, random_state=5)
    for level in (10.0, 30.0, 55.0):
        assert float(demand_loss(name, level, 30.0, 12.0)) == pytest.approx(
            np.maximum(draws - level, 0).mean(), abs=0.05
        )


@pytest.mark.parametrize("name", ["normal", "gamma"])
def test_certain_demand_is_its_mean(name):
    assert demand_loss(name, [6.0, 12.0], 10.0, 0.0).tolist() == [4.0, 0.0]
    assert demand_quantile(name, 0.99, [10.0, 0.0], 0.0).tolist() == [10.0, 0.0]


@pytest.mark.parametrize("name", ["poisson", "negative_binomial"])
def test_no_demand_needs_no_level(name):
    assert demand_loss(name, 3.0, 0.0, 0.0) == 0
    assert demand_quantile(name, 0.99, 0.0, 0.0) == 0


def test_a_variance_below_the_mean_is_poisson():
    assert demand_quantile("negative_binomial", 0.95, 8.0, 1.0) == stats.poisson(8).ppf(0.95)
