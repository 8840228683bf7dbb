"""Pages of answers: limit and offset, both bounded."""

from rest_framework.pagination import LimitOffsetPagination


class BoundedPagination(LimitOffsetPagination):
    """A hundred rows unless asked, a thousand at most."""

    default_limit = 100
    max_limit = 1000
