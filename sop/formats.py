"""Figures as people read them: short money, signed changes, percent."""

from decimal import Decimal

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "C$"}
MINUS = "−"
NONE = "·"
Number = float | int | Decimal | None


def money_short(value: Number, currency: str = "USD", *, signed: bool = False) -> str:
    """Return money in at most four digits: $2.42M, −$310K, $940; with `signed` a plus where it rises."""
    if value is None:
        return NONE
    symbol = SYMBOLS.get(currency, currency + " ")
    amount = abs(float(value))
    sign = MINUS if value < 0 and amount >= 0.5 else ("+" if signed and amount >= 0.5 else "")
    if amount >= 99_950_000:
        return f"{sign}{symbol}{amount / 1e6:,.0f}M"
    if amount >= 9_995_000:
        return f"{sign}{symbol}{amount / 1e6:.1f}M"
    if amount >= 999_500:
        return f"{sign}{symbol}{amount / 1e6:.2f}M"
    if amount >= 10_000:
        return f"{sign}{symbol}{amount / 1e3:.0f}K"
    return f"{sign}{symbol}{amount:,.0f}"


def units(value: Number, *, signed: bool = False) -> str:
    """Return a quantity with thousands separators and no decimals."""
    if value is None:
        return NONE
    number = round(float(value))
    sign = MINUS if number < 0 else ("+" if signed and number > 0 else "")
    return f"{sign}{abs(number):,}"


def percent(share: Number, *, digits: int = 1) -> str:
    """Return a share (0.954) as percent (95.4%)."""
    if share is None:
        return NONE
    text = f"{abs(float(share)) * 100:.{digits}f}%"
    return MINUS + text if share < 0 and text.strip("0.%") else text


def points(change: Number) -> str:
    """Return a change of a share (0.007) in points (+0.7 pt)."""
    if change is None:
        return NONE
    value = round(float(change) * 100, 1)
    if value == 0:
        return "0.0 pt"
    return f"{'+' if value > 0 else MINUS}{abs(value):.1f} pt"
