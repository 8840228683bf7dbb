"""Comments on grid rows: reading them, saying something, settling it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from demand.models import Comment, Series
from demand.selectors.comments import comments_of
from demand.services.comment import TEXT_LENGTH, Said, comment_post, comment_resolve
from sop.api.base import ListView, WriteView, cycle_of
from sop.api.serializers import Body, Query
from sop.models import Family, Product, User

# What a row is about, the model it is found in by a code, and the letter of such rows in the grid.
ROWS: Mapping[str, tuple[Any, str, str]] = {
    "family": (Family, "code", "f"),
    "product": (Product, "code", "p"),
    "series": (Series, "pk", "s"),
}


class CommentOut(serializers.Serializer[Any]):
    """What one person said of a row: a series, a product, a family, or, with none of them, the total."""

    id = serializers.IntegerField()
    family = serializers.CharField(source="family.code", default=None)
    product = serializers.CharField(source="product.code", default=None)
    series = serializers.IntegerField(source="series_id", allow_null=True)
    bucket = serializers.DateField(allow_null=True, help_text="Null: about all months.")
    text = serializers.CharField()
    author = serializers.CharField(source="author.username")
    author_name = serializers.CharField()
    at = serializers.DateTimeField()
    mentioned = serializers.SerializerMethodField()
    resolved_by = serializers.CharField(source="resolved_by.username", default=None)
    resolved_at = serializers.DateTimeField(allow_null=True)

    def get_mentioned(self, comment: Comment) -> list[str]:
        """Return the user names of who is asked."""
        return [person.username for person in comment.mentioned.all()]


class CommentQuery(Query):
    """Which comments."""

    family = serializers.CharField(source="family__code")
    product = serializers.CharField(source="product__code")
    series = serializers.IntegerField(source="series_id")
    bucket = serializers.DateField(help_text="First day of the month.")
    mentioned = serializers.CharField(source="mentioned__username", help_text="A user name.")
    open = serializers.BooleanField(source="resolved_at__isnull")


class CommentIn(Body):
    """What is said, and of which row: name one of family, product and series, or none for the total."""

    family = serializers.CharField(required=False, help_text="Its code.")
    product = serializers.CharField(required=False, help_text="Its code.")
    series = serializers.IntegerField(required=False)
    bucket = serializers.DateField(required=False, allow_null=True, help_text="Left out: about all months.")
    text = serializers.CharField(max_length=TEXT_LENGTH, help_text="@ and a user name asks that person.")


class CommentsView(ListView, WriteView):
    """Comments on the rows you see, as people talked. POST says something."""

    read_right = write_right = "demand.view_demand"
    query, body, item = CommentQuery, CommentIn, CommentOut
    orderings = {"at": ("at", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Comment]:
        """Return the comments in scope."""
        found = comments_of(cycle_of(address["cycle_id"]), user).filter(**query)
        return found.select_related("author", "resolved_by").prefetch_related("mentioned")

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Comment:
        """Say it."""
        said = Said(row_id(fields), fields.get("bucket"), fields["text"])
        return comment_post(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, said=said)


class CommentResolveView(WriteView):
    """Settle a comment: nobody is asked any more."""

    write_right = "demand.view_demand"
    item = CommentOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Comment:
        """Settle it."""
        get_object_or_404(comments_of(cycle_of(address["cycle_id"]), user), pk=address["comment_id"])
        return comment_resolve(user=user, **address)


def row_id(fields: Mapping[str, Any]) -> str:
    """Return the grid's name of the row that is named; a code nobody knows is said."""
    named = [name for name in ROWS if fields.get(name) is not None]
    if not named:
        return "total"
    if len(named) > 1:
        raise ValidationError({name: ["Name one row only."] for name in named})
    model, column, letter = ROWS[named[0]]
    key = model.objects.filter(**{column: fields[named[0]]}).values_list("pk", flat=True).first()
    if key is None:
        raise ValidationError({named[0]: [f"There is no {named[0]} {fields[named[0]]!r}."]})
    return f"{letter}{key}"
