"""What asking more would have earned those who go short, and which rows must be named."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q, Sum

from supply.constants import ASKING_MORE, ShareRule
from supply.selectors.customer_sight import LEAST, Sight


@dataclass(frozen=True)
class Trial:
    """What asking more would have earned, each row alone and the supply the same [units], summed."""

    rule: ShareRule
    asked: float  # more, by those who go short
    earned: float  # of it
    full_rows: int  # who got all they asked of an item that is short
    full_earned: float  # by them

    @cached_property
    def sentences(self) -> list[str]:
        """Return what came of it, the exception last."""
        percent = f"{ASKING_MORE - 1:.0%}".replace("%", " %")
        if self.earned < LEAST:
            first = (
                f"Asking {percent} more would have earned nothing: of {self.asked:,.0f} units more asked by those who "
                f"go short, {self.earned:,.0f} would have come."
            )
        else:
            first = (
                f"Asking {percent} more would have earned those who go short {self.earned:,.0f} of {self.asked:,.0f} "
                "units, taken from the others: corrected need begins with what is asked, and padding is taken out only "
                "as far as earlier cycles show it. Past sales do not look at what is asked."
            )
        return [first, self._exception] if self.full_earned >= LEAST else [first]

    @property
    def _exception(self) -> str:
        rows = "one row" if self.full_rows == 1 else f"{self.full_rows:,} rows"
        return (
            f"The one exception: in {rows} a customer asks less than its share and gets all of it; asking more would "
            f"have brought {self.full_earned:,.0f} units beyond what was said to be needed."
        )


@dataclass(frozen=True)
class Exceptions:
    """Rows a line must say something of: nothing is known of them, or what they miss has no price."""

    trial: Trial
    blind: int
    unpriced: int


def exceptions_of(sight: Sight) -> Exceptions:
    """Return what asking more would have earned the rows looked at, and those to be named."""
    short, full = Q(short__gte=LEAST), Q(short__lt=LEAST, gained__gt=0)

    def rows(which: Q) -> Count:
        return Count("series", distinct=True, filter=which)

    found = sight.cells.aggregate(
        more=Sum("asked", filter=short, default=0.0),
        earned=Sum("gained", filter=short, default=0.0),
        full_rows=rows(full),
        full_earned=Sum("gained", filter=full, default=0.0),
        blind_rows=rows(Q(blind=True)),
        unpriced=rows(Q(price=0, short__gt=0)),
    )
    trial = Trial(
        sight.rule, found["more"] * (ASKING_MORE - 1), found["earned"], found["full_rows"], found["full_earned"]
    )
    return Exceptions(trial, found["blind_rows"], found["unpriced"])
