"""A calendar of public holidays, typed by its code."""

from difflib import get_close_matches
from typing import Any

from django import forms

from sop.engine.public_holidays import BETWEEN, calendars

CALENDARS = "codes-holidays"  # the list offered while typing: countries; their regions would be thousands


class HolidaysField(forms.CharField):
    """The code of a country or of a region of it, "" for none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {"list": CALENDARS, "autocomplete": "off"}

    def clean(self, value: Any) -> str:
        """Return the code; say the nearest where there is none."""
        typed = super().clean(value)
        by_upper = {code.upper(): code for code in calendars()} | {"": ""}
        if typed.upper() in by_upper:
            return by_upper[typed.upper()]
        near = get_close_matches(typed.upper(), by_upper, n=1)
        hint = f" Did you mean {by_upper[near[0]]}?" if near else ""
        raise forms.ValidationError(f"No public holidays are known of {typed!r}.{hint}")

    def listed(self) -> list[str]:
        """Return the countries."""
        return sorted(code for code in calendars() if BETWEEN not in code)
