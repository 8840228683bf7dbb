"""Figures as people read them, in templates: money in the plan currency, quantities, shares."""

from decimal import Decimal
from typing import Any

from django import template
from django.core.cache import cache

from sop import formats
from sop.selectors.cycle import company

register = template.Library()

CURRENCY_SECONDS = 60  # the plan currency hardly ever changes; a page shows it hundreds of times


@register.filter
def money(value: Any, currency: str = "") -> str:
    """2418000 -> $2.42M, in the plan currency unless another is named."""
    return formats.money_short(_number(value), currency or _plan_currency())


@register.filter
def money_signed(value: Any, currency: str = "") -> str:
    """310000 -> +$310K."""
    return formats.money_short(_number(value), currency or _plan_currency(), signed=True)


@register.filter
def thousands(value: Any) -> str:
    """2418000 -> 2,418, under a heading that says thousand; a dot for nothing."""
    number = _number(value)
    return formats.NONE if not number else formats.units(number / 1000)


@register.filter
def thousands_signed(value: Any) -> str:
    """-310400 -> −310, +310; a dot where there is none."""
    number = _number(value)
    return formats.NONE if number is None else formats.units(number / 1000, signed=True)


@register.filter
def units(value: Any, zero: str = formats.NONE) -> str:
    """1234.4 -> 1,234; a dot for nothing, unless `zero` says how a counted nothing is written: `units:"0"`."""
    number = _number(value)
    if number is None:
        return formats.NONE
    return formats.units(number) if number else zero


@register.filter
def plain(value: Any) -> str:
    """Write a quantity as a person would type it: 1234.500 -> 1234.5; nothing for nothing."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else ""


@register.filter
def units_signed(value: Any) -> str:
    """1234.4 -> +1,234."""
    return formats.units(_number(value), signed=True)


@register.filter
def percent(share: Any, digits: int = 1) -> str:
    """0.954 -> 95.4%."""
    return formats.percent(_number(share), digits=digits)


@register.filter
def percent_signed(share: Any, digits: int = 1) -> str:
    """0.142 -> +14.2%."""
    number = _number(share)
    text = formats.percent(number, digits=digits)
    return f"+{text}" if number and number > 0 and text.strip("0.%") else text


@register.filter
def points(change: Any) -> str:
    """0.007 -> +0.7 pt."""
    return formats.points(_number(change))


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return a mapping's value by a key that is itself a value; nothing from no mapping."""
    return mapping.get(key) if mapping else None


@register.filter
def humanword(name: str) -> str:
    """Return a parameter's name in words: cover_months, cover months."""
    return name.replace("_", " ")


def _plan_currency() -> str:
    return str(cache.get_or_set("plan-currency", lambda: company().currency, CURRENCY_SECONDS))


def _number(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
