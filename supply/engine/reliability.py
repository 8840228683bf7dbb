"""Reliability: from receipts, or from what is known of a supplier, to the lead time numbers the plan needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from supply.engine.arrays import Array

ENOUGH_RECEIPTS = 24  # with fewer, the sample's own spread is known too badly to plan with


@dataclass(frozen=True)
class LeadTime:
    """A lead time to plan with: mean and standard deviation in days, and where they come from.

    basis: "measured" (from receipts), "stated" (mean and sd given) or "lateness" (from on-time share and lateness).
    """

    mean_days: float
    sd_days: float
    receipts: int
    basis: str
    quantiles_days: tuple[float, ...] = ()


def lead_time_measured(sample_days: ArrayLike, quantiles: tuple[float, ...] = (0.5, 0.8, 0.9, 0.95)) -> LeadTime:
    """Return mean, sd (n - 1) and quantiles of measured lead times [days].

    Raises ValueError for an empty sample or a receipt before its order.
    """
    sample = np.asarray(sample_days, dtype=np.float64)
    if sample.size == 0:
        raise ValueError("There are no receipts to measure a lead time from.")
    if (sample < 0).any():
        raise ValueError(f"A receipt lies {-sample.min():g} days before its order; correct its dates.")
    spread = float(sample.std(ddof=1)) if sample.size > 1 else 0.0
    found = tuple(float(value) for value in np.quantile(sample, quantiles))
    return LeadTime(float(sample.mean()), spread, int(sample.size), "measured", found)


def lead_time_from_lateness(
    agreed_days: ArrayLike, on_time: ArrayLike, late_mean: ArrayLike, late_sd: ArrayLike
) -> tuple[Array, Array]:
    """Return mean and sd [days] when only the on-time share and the lateness of late receipts are known.

    A receipt is on time with probability p, otherwise late by a mean m and sd s:
    L = L0 + (1-p)*m and sd^2 = (1-p)*(s^2 + m^2) - ((1-p)*m)^2 (moments of a mixture).
    """
    late = 1.0 - np.asarray(on_time, dtype=np.float64)
    mean, sd = np.asarray(late_mean, dtype=np.float64), np.asarray(late_sd, dtype=np.float64)
    variance = late * (sd**2 + mean**2) - (late * mean) ** 2
    return np.asarray(agreed_days, dtype=np.float64) + late * mean, np.sqrt(np.maximum(variance, 0.0))


def lead_time_assumed(
    sample_days: ArrayLike = (),
    *,
    stated_days: float,
    stated_sd_days: float | None = None,
    on_time: float | None = None,
    late_mean: float = 0.0,
    late_sd: float = 0.0,
) -> LeadTime:
    """Return the lead time to plan with: measured from 24 receipts on, else as stated, else from lateness."""
    sample = np.asarray(sample_days, dtype=np.float64)
    if sample.size >= ENOUGH_RECEIPTS:
        return lead_time_measured(sample)
    if stated_sd_days is None and on_time is not None:
        mean, sd = lead_time_from_lateness(stated_days, on_time, late_mean, late_sd)
        return LeadTime(float(mean), float(sd), int(sample.size), "lateness")
    return LeadTime(stated_days, stated_sd_days or 0.0, int(sample.size), "stated")


def safety_lead_time(mean_days: ArrayLike, sd_days: ArrayLike, probability: float) -> Array:
    """Return the lead time [days] not exceeded with a probability, gamma distributed.

    Planning with it replaces lead-time spread in the safety stock (sd 0 there): the risk must enter only once.
    """
    mean, sd = np.broadcast_arrays(np.asarray(mean_days, dtype=np.float64), np.asarray(sd_days, dtype=np.float64))
    sure = (sd <= 0) | (mean <= 0)
    shape = np.where(sure, 1.0, (mean / np.where(sure, 1.0, sd)) ** 2)
    quantile: Array = special.gammaincinv(shape, probability) * mean / shape
    return np.where(sure, mean, quantile)


def release_for_yield(receipt: ArrayLike, yield_mean: ArrayLike, gross_up: bool = True) -> Array:
    """Return what must be ordered to receive a quantity [units] when a share `yield_mean` of an order arrives.

    Without gross-up the quantity itself is ordered and the rest comes short, cancelled in the same step.
    """
    wanted = np.asarray(receipt, dtype=np.float64)
    return wanted / np.asarray(yield_mean, dtype=np.float64) if gross_up else wanted
