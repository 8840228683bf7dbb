"""The page that shows every part of the look, with invented figures; screenshots of it are compared by tests."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sop import figures

MONTHS = [date(2022 + (6 + n) // 12, (6 + n) % 12 + 1, 1) for n in range(12)]
DEMAND = [1040, 1100, 1180, 1220, 1090, 960, 900, 920, 1010, 1090, 1150, 1180]
SUPPLY = [760, 700, 900, 1050, 1200, 1300, 1300, 1200, 1100, 1080, 1100, 1120]
STOCK = [40, -360, -640, -810, -700, -360, 40, 320, 410, 400, 350, 290]
NOT_SHORT = float("nan")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(help_text="As customers know it.")
    lead_time_weeks = forms.IntegerField(min_value=0)
    reason = forms.ChoiceField(choices=[("", "Choose"), ("project", "Project won"), ("price", "Price change")])
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    is_key = forms.BooleanField(label="Key account", required=False)
    step = forms.ChoiceField(choices=[("open", "Open"), ("closed", "Closed")], widget=forms.RadioSelect)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every part."""
    return render(request, "styleguide.html", _sample())


def _sample() -> dict[str, Any]:
    form = SampleForm({"name": "", "lead_time_weeks": "-3", "reason": "project", "step": "open"})
    form.add_error(None, "420 is more than 10 times the baseline of 38.")
    return {
        "form": form,
        "tones": ("short", "excess", "warn", "ok", "open", "info", "plain"),
        "kpis": KPIS,
        "months": MONTHS,
        "demand": DEMAND,
        "supply": SUPPLY,
        "stock": STOCK,
        "chart": _inventory_figure(),
        "bridge": _bridge_figure(),
        "changes": CHANGES,
        "page": Paginator(range(240), 25).page(2),
    }


def _inventory_figure() -> figures.Figure:
    short = [value if value < 0 else NOT_SHORT for value in STOCK]
    drawn = figures.figure(
        [
            figures.bar_trace("Demand", MONTHS, DEMAND, "accent"),
            figures.bar_trace("Supply", MONTHS, SUPPLY, "accent-soft"),
            figures.line_trace("Projected inventory", MONTHS, STOCK, "ink", width=2.5),
            figures.mark_trace("Short", MONTHS, short, "short", "triangle-down"),
        ]
    )
    drawn["layout"] |= {"showlegend": False}
    return drawn


def _bridge_figure() -> figures.Figure:
    steps = [("June plan", 18.4, True), ("Volume", -0.9, False), ("Freight", -0.6, False), ("Cost", -1.1, False)]
    return figures.waterfall_figure([*steps, ("Price", 1.3, False), ("Pre-buy", 0.5, False), ("July plan", 17.6, True)])


KPIS = [
    {"label": "Lost sales at risk", "value": "$2.42M", "change": "4 products short", "tone": "short"},
    {"label": "Cash above target", "value": "$3.35M", "change": "3 products over", "tone": "excess"},
    {"label": "Margin squeeze", "value": "−1.3 pt", "change": "2 cost rises", "tone": "warn"},
    {"label": "Service level", "value": "95.4%", "change": "+2.2 pt", "tone": "ok", "note": "Target 95%"},
    {"label": "Gaps settled", "value": "14 of 23", "note": "9 open, 3 without an owner"},
]
CHANGES = [
    {"value": "777", "who": "baseline", "why": "regular", "at": datetime(2022, 6, 2, 8, 0, tzinfo=UTC)},
    {"value": "820", "who": "T. Okafor", "why": "promotion", "at": datetime(2022, 6, 6, 9, 12, tzinfo=UTC)},
    {"value": "886", "who": "D. Ruiz", "why": "project won", "at": datetime(2022, 6, 8, 10, 42, tzinfo=UTC)},
]
