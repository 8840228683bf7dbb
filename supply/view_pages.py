"""The workbench as a page whose views people keep: its filters and its order."""

from sop.constants import ViewPage
from sop.view_pages import Viewed, number_from, one_of, register, text_up_to
from supply.constants import LIVE, FlagKind
from supply.selectors.item_filter import CLASSES, NUMBER_MAX, NUMBERS, ORDERINGS, WORDS_MAX

register(
    Viewed(
        ViewPage.SUPPLY,
        "supply:workbench",
        "supply.view_supply",
        {name: number_from(0, NUMBER_MAX) for name in NUMBERS}
        | {
            "abc": one_of(CLASSES),
            "kind": one_of(tuple(FlagKind.values)),
            "state": one_of(tuple(each.value for each in LIVE)),
            "q": text_up_to(WORDS_MAX),
            "order": one_of(ORDERINGS),
        },
    )
)
