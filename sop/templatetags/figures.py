"""Figures as people read them, in templates: money in the plan currency, quantities, shares, charts."""

from typing import Any

from django import template
from django.core.cache import cache

from sop import formats
from sop.selectors.cycle import company

register = template.Library()

CURRENCY_SECONDS = 60  # the plan currency hardly ever changes; a page shows it hundreds of times


@register.filter
def money(value: Any) -> str:
    """Return money in at most four digits of the plan currency: $2.42M."""
    unit = cache.get_or_set("plan-currency", lambda: company().currency, CURRENCY_SECONDS)
    return formats.money_short(_number(value), str(unit))


@register.filter
def thousands(value: Any) -> str:
    """Return money in thousands, a dot for nothing."""
    number = _number(value)
    return formats.NONE if not number else formats.units(number / 1000)


@register.filter
def thousands_signed(value: Any) -> str:
    """Return a change of money in thousands with its sign."""
    number = _number(value)
    return formats.NONE if number is None else formats.units(number / 1000, signed=True)


@register.filter
def units(value: Any) -> str:
    """Return a quantity with separators, a dot for nothing."""
    number = _number(value)
    return formats.NONE if not number else formats.units(number)


@register.filter
def percent(value: Any) -> str:
    """Return a share as percent."""
    return formats.percent(_number(value))


@register.filter
def percent_signed(value: Any) -> str:
    """Return a share as percent with its sign, plus included."""
    number = _number(value)
    text = formats.percent(number)
    return f"+{text}" if number is not None and number > 0 else text


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return a mapping's value by a key that is itself a value."""
    return mapping.get(key) if mapping else None


@register.filter
def humanword(name: str) -> str:
    """Return a parameter's name in words: cover_months, cover months."""
    return name.replace("_", " ")


@register.inclusion_tag("components/chart.html")
def chart(figure: dict[str, Any] | None, label: str, height: str = "") -> dict[str, Any]:
    """Draw a finished figure; `label` is what a screen reader says of it, `height` is "", "low" or "tall"."""
    return {"figure": figure, "label": label, "height": height}


def _number(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
