"""What people said about grid rows: who sees it, what is open, who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from demand.models import Comment, Series
from demand.selectors.rows import Place, place_of
from demand.selectors.series import series_visible
from demand.selectors.tree import Tree
from sop.constants import CycleState
from sop.models import Customer, Cycle, User
from sop.selectors.scope import people_seeing, people_with

SHOWN = 30  # the latest of one row; programs read them all


@dataclass(frozen=True)
class RowComments:
    """What was said of one row, in the order people talked, and whether more can be said."""

    row_id: str
    bucket: date  # the month looked at
    lines: list[Comment]
    earlier: int  # comments not shown
    can_write: bool

    @property
    def open_months(self) -> str:
        """Return the months with an open comment, as the grid reads them; "row" for what is about all months."""
        months = {each.bucket.isoformat() if each.bucket else "row" for each in self.lines if not each.resolved_at}
        return " ".join(sorted(months))


def comments_visible(user: User) -> QuerySet[Comment]:
    """Return the comments on rows this person has in the grid, the total included where there is any row."""
    seen = series_visible(user)
    if not seen.exists():
        return Comment.objects.none()
    of_all = Q(family=None, product=None, series=None)
    parts = Q(series__in=seen) | Q(product__in=seen.values("product")) | Q(family__in=seen.values("product__family"))
    return Comment.objects.filter(of_all | parts)


def comments_of(cycle: Cycle, user: User) -> QuerySet[Comment]:
    """Return a cycle's comments in a person's scope, with all that names them."""
    return (
        comments_visible(user)
        .filter(cycle=cycle)
        .select_related("family", "product__family", "series__product__family", "series__customer", "series__location")
    )


def on_place(place: Place) -> Q:
    """Return the condition that a comment is about a row."""
    return Q(
        family=place.key if place.kind == "f" else None,
        product=place.key if place.kind == "p" else None,
        series=place.key if place.kind == "s" else None,
    )


def row_comments(cycle: Cycle, user: User, *, row_id: str, bucket: date) -> RowComments:
    """Return the latest comments of a row this person sees (the caller made sure)."""
    place = place_of(row_id)
    assert place is not None  # the caller showed the row
    found = list(Comment.objects.filter(on_place(place), cycle=cycle).order_by("-at", "-pk")[: SHOWN + 1])
    more = Comment.objects.filter(on_place(place), cycle=cycle).count() - SHOWN if len(found) > SHOWN else 0
    return RowComments(row_id, bucket, found[:SHOWN][::-1], more, can_comment(cycle))


def can_comment(cycle: Cycle) -> bool:
    """Return whether people still talk about a cycle's numbers: as long as it is open."""
    return cycle.state == CycleState.OPEN


def people_seeing_row(row_id: str) -> QuerySet[User]:
    """Return the active people who have a row in their grid, by name."""
    place = place_of(row_id)
    if place is None:
        return User.objects.none()
    customers = Customer.objects.filter(series__in=place.of(Series.objects.filter(active=True)))
    return people_with("demand.view_demand").filter(pk__in=people_seeing(customers)).order_by("name", "username")


def mentions_waiting(user: User, cycle: Cycle) -> list[Comment]:
    """Return what this person is asked and has neither answered in the same place nor seen resolved, oldest first.

    One comment a place: the latest, as the panel shows them all.
    """
    open_ = {"cycle": cycle, "mentioned": user, "resolved_at": None}
    if not Comment.objects.filter(**open_).exists():  # as for nearly everybody, nearly always
        return []
    asked = comments_of(cycle, user).filter(**open_)
    own = Comment.objects.filter(cycle=cycle, author=user).order_by("at", "pk")
    answered = {(comment.row_id, comment.bucket): comment.at for comment in own}
    latest = {(comment.row_id, comment.bucket): comment for comment in asked}
    waiting = [each for place, each in latest.items() if place not in answered or answered[place] < each.at]
    return sorted(waiting, key=lambda comment: comment.at)


def comment_cells(cycle: Cycle, user: User, tree_: Tree, months: Sequence[date]) -> list[tuple[int, int | None]]:
    """Return (row, column) of every grid cell with an open comment; without a column it is about the whole row."""
    row_of = {row.id: at for at, row in enumerate(tree_.rows)}
    found = comments_visible(user).filter(cycle=cycle, resolved_at=None).order_by("at", "pk")
    places = {(comment.row_id, comment.bucket): None for comment in found}
    return [
        (row_of[row_id], None if bucket is None else months.index(bucket))
        for row_id, bucket in places
        if row_id in row_of and (bucket is None or bucket in months)
    ]
