"""Template words of every page, built in: icons, tags with a meaning, charts, dates, what was typed before."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from sop.engine.months import month_add
from sop.formats import NONE

register = template.Library()

ICONS = Path(settings.BASE_DIR) / "static" / "vendor" / "lucide-1.62.0" / "icons"

# A meaning is always told three times: sign, word, colour.
SIGNS = {"short": "▼", "excess": "■", "warn": "▲", "ok": "✓", "open": "●", "info": "", "plain": ""}

# Every state and kind a page shows, by its stored code; a code that means nothing yet is shown plainly.
TONES: dict[str, tuple[str, ...]] = {
    "short": ("shortage", "no_supply", "failed", "refused", "missed"),
    "excess": (
        "cash",
        "excess",
        "no_demand",
        "hoard_stock",
        "hoard_orders",
        "shelf_life",
        "space",
        "cash_over",
        "purchases_over",
    ),
    "warn": (
        *("margin", "below_ss", "late_order", "past_due_po", "expedite", "padded", "bullwhip"),
        *("stale", "late", "capacity"),
    ),
    "ok": ("done", "closed", "decided", "signed", "submitted", "kept", "published", "applied"),
    "open": ("open",),
    "info": ("running", "working", "sent", "raised"),
}
TONE_OF = {code: tone for tone, codes in TONES.items() for code in codes}
WORDS = {"shortage": "Short", "below_ss": "Below safety stock", "no_demand": "No demand", "past_due_po": "Past due"}


@register.simple_tag
def icon(name: str, *, spin: bool = False) -> SafeString:
    """Return the named Lucide icon as inline SVG, hidden from screen readers; the words stand beside it."""
    css = "icon spin" if spin else "icon"
    head = f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    return mark_safe(f"{head}{_icon_shapes(name)}</svg>")  # noqa: S308  our own vendored file


@cache
def _icon_shapes(name: str) -> str:
    """Return what stands inside the <svg> of an icon file; a wrong name fails loudly."""
    text = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    inside = re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL)
    assert inside, f"{name}.svg is no icon"
    return " ".join(inside[1].split())


@register.simple_tag
def tag(tone: str, word: object) -> SafeString:
    """Return a tag: tone is one of short, excess, warn, ok, open, info, plain."""
    sign = SIGNS[tone]
    css = "warn" if tone == "open" else tone
    return format_html('<span class="tag {}">{}{}</span>', css, f"{sign} " if sign else "", word)


@register.simple_tag
def status_tag(code: object, word: object = "") -> SafeString:
    """Return the tag of a stored kind or state; `word` is what people read, else it is made from the code."""
    key = str(code)
    return tag(TONE_OF.get(key, "plain"), word or WORDS.get(key) or key.replace("_", " ").capitalize())


@register.inclusion_tag("components/chart.html")
def chart(figure: Mapping[str, Any] | None, label: str, height: str = "", *, months_table: str = "") -> dict[str, Any]:
    """Draw a finished figure; `label` says in words what it shows, height is "", "low" or "tall".

    `months_table` is the id of a table of months below; the chart's months then stand over the table's.
    """
    return {"figure": figure, "label": label, "height": height, "months_table": months_table}


@register.simple_tag(takes_context=True)
def typed(context: Mapping[str, Any], address: str, name: str, otherwise: object = "", **where: object) -> object:
    """Return what a person typed into a form that was refused, so that the page shows it again.

    `address` (with the numbers in `where`) is where that form posts; any other page gets `otherwise`.
    """
    request = context.get("request")
    if request is None or request.method != "POST":
        return otherwise
    match = request.resolver_match
    if match.view_name != address or any(match.kwargs.get(key) != at for key, at in where.items()):
        return otherwise
    return request.POST.get(name, otherwise)


@register.filter
def quarter(first: date) -> str:
    """Write the three months from `first` on: Jul to Sep 2021."""
    return f"{first:%b} to {month_add(first, 2):%b %Y}"


@register.filter
def month(bucket: date | None) -> str:
    """2022-02-01 -> Feb 22."""
    return f"{bucket:%b %y}" if bucket else NONE


@register.filter
def duration(span: timedelta | None) -> str:
    """Return a stretch of time in its two largest units: 2 d 4 h, 3 h 10 min, 12 min, 40 s."""
    if span is None:
        return NONE
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"
