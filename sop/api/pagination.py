"""Pages of answers: limit and offset, both bounded; a value out of bounds is refused, not bent."""

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

OFFSET_MAX = 10_000_000  # beyond any table of ours; larger numbers would only break the database's arithmetic


class BoundedPagination(LimitOffsetPagination):
    """A hundred rows unless asked, a thousand at most."""

    default_limit = 100
    max_limit = 1000

    def get_limit(self, request: Request) -> int:
        """Return how many rows a page holds."""
        return _whole(request, "limit", self.default_limit, 1, self.max_limit)

    def get_offset(self, request: Request) -> int:
        """Return how many rows are passed over."""
        return _whole(request, "offset", 0, 0, OFFSET_MAX)


def _whole(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high):
        raise ValidationError({name: [f"Give a whole number from {low} to {high}."]})
    return int(text)
