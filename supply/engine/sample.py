"""What a sample is worth: within which bounds the true mean and spread lie when so many receipts were seen."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from supply.engine.reliability import LeadTime

LEAST_RECEIPTS = 12  # with fewer, the true spread may be near twice the one seen, or more: too few to believe


@dataclass(frozen=True)
class SampleWorth:
    """95 % bounds of a lead time's mean [days] and of its true spread as times of the one measured."""

    mean_low: float
    mean_high: float
    spread_low: float
    spread_high: float
    enough: bool


def sample_worth(lead: LeadTime) -> SampleWorth:
    """Return what a measured lead time is worth; fewer than two receipts bound nothing (0 and infinity).

    Mean: Student's t. Spread: sd * sqrt((n - 1) / chi-square quantile). Both take receipts as independent; those of
    one ship are not, so the truth may lie further off.
    """
    free = lead.receipts - 1
    if free < 1:
        return SampleWorth(0.0, np.inf, 0.0, np.inf, enough=False)
    reach = float(special.stdtrit(free, 0.975)) * lead.sd_days / np.sqrt(lead.receipts)
    low, high = (float(np.sqrt(free / special.chdtri(free, tail))) for tail in (0.025, 0.975))
    mean_low = max(lead.mean_days - reach, 0.0)
    return SampleWorth(mean_low, lead.mean_days + reach, low, high, lead.receipts >= LEAST_RECEIPTS)
