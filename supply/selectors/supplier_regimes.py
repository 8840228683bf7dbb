"""The regimes of one supplier's lead time as plain rows."""

from typing import Any

from sop.models import Cycle
from supply.selectors.measured import suppliers_measured
from supply.selectors.supplier_words import trend_of


def supplier_regimes(cycle: Cycle, supplier_id: int) -> tuple[list[dict[str, Any]], float]:
    """Return a supplier's regimes on the first day of the plan, and how many days a month the present one grows."""
    measured = suppliers_measured(cycle.bucket, supplier_id=supplier_id).get((supplier_id, None))
    if measured is None:
        return [], 0.0
    rows = []
    for regime in measured.regimes:
        half, most, _, nearly_all = regime.lead.quantiles_days
        rows.append(
            {
                "first": regime.first.item(),
                "last": regime.last.item(),
                "receipts": regime.lead.receipts,
                "still_open": regime.still_open,
                "mean_days": round(regime.lead.mean_days, 2),
                "sd_days": round(regime.lead.sd_days, 2),
                "p50_days": half,
                "p80_days": most,
                "p95_days": nearly_all,
            }
        )
    return rows, round(trend_of(measured), 2)
