"""Reliability: from receipts and lateness to lead time numbers."""

import numpy as np
import pytest

from supply.engine.reliability import (
    lead_time_assumed,
    lead_time_from_lateness,
    lead_time_measured,
    release_for_yield,
    safety_lead_time,
)


def test_a_large_sample_speaks_for_itself():
    sample = np.random.default_rng(1).gamma(9, 3, 60)
    lead = lead_time_assumed(sample, stated_days=21)
    assert lead.basis == "measured"
    assert (lead.mean_days, lead.sd_days) == pytest.approx((sample.mean(), sample.std(ddof=1)))
    assert lead.quantiles_days == pytest.approx(np.quantile(sample, [0.5, 0.8, 0.9, 0.95]))


def test_a_small_sample_does_not_overrule_what_is_stated():
    lead = lead_time_assumed([20.0] * 23, stated_days=35, stated_sd_days=6)
    assert (lead.basis, lead.mean_days, lead.sd_days, lead.receipts) == ("stated", 35, 6, 23)


def test_lateness_gives_the_moments_of_the_mixture():
    random = np.random.default_rng(2)
    late = random.random(400_000) > 0.7
    days = 21 + np.where(late, random.normal(10, 4, 400_000), 0)
    mean, sd = lead_time_from_lateness(21, 0.7, 10, 4)
    assert (float(mean), float(sd)) == pytest.approx((days.mean(), days.std()), rel=0.01)


def test_only_lateness_known_is_used():
    lead = lead_time_assumed(stated_days=21, on_time=0.5, late_mean=10, late_sd=0)
    assert (lead.basis, lead.mean_days, lead.sd_days) == ("lateness", 26, 5)


@pytest.mark.parametrize(
    ("sample", "sentence"),
    [
        ([], "There are no receipts to measure a lead time from."),
        ([3, -4], "A receipt lies 4 days before its order; correct its dates."),
    ],
)
def test_a_bad_sample_is_refused_in_words(sample, sentence):
    with pytest.raises(ValueError, match=sentence):
        lead_time_measured(sample)


def test_one_receipt_has_no_spread():
    assert lead_time_measured([30.0]).sd_days == 0


def test_a_safety_lead_time_is_a_quantile_of_the_lead_time():
    sample = np.random.default_rng(3).gamma(16, 2, 200_000)
    assert float(safety_lead_time(32, 8, 0.9)) == pytest.approx(np.quantile(sample, 0.9), rel=0.01)
    assert float(safety_lead_time(32, 0, 0.9)) == 32


def test_yield_is_grossed_up_only_when_asked():
    assert release_for_yield(90, 0.9) == pytest.approx(100)
    assert release_for_yield(90, 0.9, gross_up=False) == 90
