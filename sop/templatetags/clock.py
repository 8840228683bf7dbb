"""Time spans as people say them."""

from datetime import timedelta

from django import template

register = template.Library()
HOUR, DAY = 3600, 86_400


@register.filter
def duration(span: timedelta) -> str:
    """Return a span in the two largest units that matter: 3 days 4 h, 5 h 10 min, 12 min."""
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // 60
    if days:
        return f"{days} day{'s' if days > 1 else ''}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min"
