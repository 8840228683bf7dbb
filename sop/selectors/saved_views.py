"""A person's own views of a page."""

from collections.abc import Mapping

from django.db.models import QuerySet

from sop.models import SavedView, User


def saved_views(user: User, page: str) -> QuerySet[SavedView]:
    """Return this person's views of a page, by name."""
    return SavedView.objects.filter(user=user, page=page)


def view_to_open(user: User, page: str, asked: Mapping[str, str]) -> SavedView | None:
    """Return the own view to open a page with: the one its address names, else the default.

    An address that says itself what to show, or names a row, is shown as it says.
    """
    if "view" in asked:
        named = asked["view"]
        return saved_views(user, page).filter(pk=int(named)).first() if named.isdecimal() and len(named) < 16 else None
    return None if asked else saved_views(user, page).filter(is_default=True).first()
