"""The planning grid as a page whose views people keep: what of its look is kept, and which values make sense."""

from sop.constants import ViewPage
from sop.view_pages import Viewed, number_from, one_of, register, text_up_to

FIND_MAX = 80  # characters

register(
    Viewed(
        ViewPage.DEMAND,
        "demand:adjust",
        "demand.view_demand",
        {
            "unit": one_of(("units", "revenue")),
            "filter": one_of(("all", "exceptions", "not_reviewed", "changed", "misses")),
            "abc": one_of(("", "A", "B", "C")),
            "find": text_up_to(FIND_MAX),
            "level": one_of((1, 2, 3)),  # unfolded down to families, products, customers
            # The first month in sight, counted from the first of the plan: a view kept in one cycle shows the same
            # stretch in the next.
            "from": number_from(-6, 24),
        },
    )
)
