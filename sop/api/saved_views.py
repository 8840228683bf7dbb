"""One's own views of a page: what it shows, under a name."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from sop.api.base import ListView, WriteView
from sop.api.serializers import Body, Query, RowOut
from sop.constants import VIEW_NAME_MAX, ViewPage
from sop.models import SavedView, User
from sop.services import saved_view as services


class SavedViewOut(RowOut):
    """A view of a page under a name of your own."""

    class Meta:
        """What is shown."""

        model = SavedView
        fields = ("id", "page", "name", "state", "is_default", "updated_at")


class SavedViewQuery(Query):
    """Of which page."""

    page = serializers.ChoiceField(choices=ViewPage.choices)


class SavedViewIn(Body):
    """What to keep; the same name again takes the new state."""

    page = serializers.ChoiceField(choices=ViewPage.choices)
    name = serializers.CharField(max_length=VIEW_NAME_MAX)
    state = serializers.DictField(
        help_text="demand: unit, filter, abc, find, level, from. "
        "supply: family, location, abc, supplier, buyer, kind, state, q, order."
    )


class SavedViewChangeIn(Body):
    """Another name, or whether the page opens with it; at least one."""

    name = serializers.CharField(max_length=VIEW_NAME_MAX, required=False)
    is_default = serializers.BooleanField(required=False)


class SavedViewsView(ListView, WriteView):
    """Your views. POST keeps one, of a page you may see."""

    query, body, item = SavedViewQuery, SavedViewIn, SavedViewOut
    orderings = {"name": ("page", "name")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SavedView]:
        """Return one's own."""
        return SavedView.objects.filter(user=user, **query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> SavedView:
        """Keep it."""
        return services.view_save(user=user, **fields)


class SavedViewChangeView(WriteView):
    """Rename a view, or let the page open with it."""

    body, item = SavedViewChangeIn, SavedViewOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> SavedView:
        """Change it."""
        return services.view_change(user=user, view_id=address["view_id"], **fields)


class SavedViewDeleteView(WriteView):
    """Drop a view; the answer is what it was."""

    item = SavedViewOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> SavedView:
        """Drop it."""
        return services.view_delete(user=user, view_id=address["view_id"])
