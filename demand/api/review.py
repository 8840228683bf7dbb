"""The demand planner's review and the log of changes: reading them, accepting, asking, answering."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError

from demand.api import review_shapes as shapes
from demand.models import ChangeReview, ChangeSet
from demand.selectors.bridge import budget_bridge, last_cycle_bridge
from demand.selectors.change_groups import ChangeGroup, change_groups
from demand.selectors.change_sets import LogCell, LogFilter, change_log, change_sets_visible, log_cells
from demand.selectors.consensus import consensus, window_months
from demand.services.change_review import (
    Pick,
    Reviewed,
    change_answer,
    change_ask,
    changes_accept,
    changes_accept_below,
)
from sop.api.base import ListView, OneView, WriteView, cycle_of
from sop.models import Product, User
from sop.refusals import Conflict, Refused


class ChangesView(ListView):
    """People's changes of the baseline by person and product, most money first: everybody's, or your own as a rep."""

    read_right = "demand.view_demand"
    query, item = shapes.ChangeQuery, shapes.ChangeOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> list[ChangeGroup]:
        """Return the changes in scope."""
        person = None if user.has_perm("sop.view_all_customers") else user
        found = change_groups(cycle_of(address["cycle_id"]), person=person)
        return [group for group in found if all(getattr(group, name) == value for name, value in query.items())]


class ChangesAcceptView(WriteView):
    """Accept changes as you saw them, or all below a percent; those that changed since come back with a sentence."""

    write_right = "demand.override_any_forecast"
    body, item = shapes.ChangesAcceptIn, shapes.ReviewedOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Reviewed:
        """Accept them."""
        cycle_id = cycle_of(address["cycle_id"]).pk
        picks, percent = fields.get("changes"), fields.get("below_percent")
        if (picks is None) == (percent is None):
            raise Refused("Send either changes or below_percent.")
        if percent is not None:
            return changes_accept_below(user=user, cycle_id=cycle_id, percent=percent)
        note = fields.get("note", "")
        done = changes_accept(user=user, cycle_id=cycle_id, picks=_picks(picks or []), note=note)
        if done.refused and not done.accepted:
            raise Conflict(" ".join(done.refused))
        return done


class ChangeAskView(WriteView):
    """Ask a person about a change as you saw it; it stands on their home page until they answer."""

    write_right = "demand.override_any_forecast"
    body, item = shapes.ChangeAskIn, shapes.ChangeReviewOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> ChangeReview:
        """Ask."""
        cycle_id = cycle_of(address["cycle_id"]).pk
        (pick,) = _picks([fields])
        return change_ask(user=user, cycle_id=cycle_id, pick=pick, note=fields["note"])


class ChangeAnswerView(WriteView):
    """Answer what you are asked about your own change of a product."""

    write_right = "demand.override_forecast"
    body, item = shapes.ChangeAnswerIn, shapes.ChangeReviewOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> ChangeReview:
        """Answer."""
        cycle_id = cycle_of(address["cycle_id"]).pk
        product = _ids(Product.objects.all(), "code", [fields.pop("product")], "product")
        return change_answer(user=user, cycle_id=cycle_id, product_id=next(iter(product.values())), **fields)


class ConsensusView(OneView):
    """Every family's layers over a window of months, and the steps from the last cycle and from the budget."""

    read_right = "sop.view_all_customers"
    query, item = shapes.ConsensusQuery, shapes.ConsensusOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> dict[str, Any]:
        """Return families and steps."""
        cycle = cycle_of(address["cycle_id"])
        found = consensus(cycle, window_months(cycle, query.get("window", "6")))
        last, budget = found.last_months, found.budget_months
        return {
            "months": found.months,
            "families": found.over(found.months),
            "from_last_cycle": last_cycle_bridge(found.over(last)) if last else [],
            "from_budget": budget_bridge(found.over(budget)) if budget else [],
        }


class ChangeSetsView(ListView):
    """Changes of a cycle, latest first: your own, or everybody's for who sees every customer."""

    read_right = "demand.view_demand"
    query, item = shapes.ChangeSetQuery, shapes.ChangeSetOut
    orderings = {"at": ("-at", "id"), "cells": ("-cells", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[ChangeSet]:
        """Return the change sets in scope."""
        username = query.pop("user", None)
        found = change_log(cycle_of(address["cycle_id"]), user, LogFilter(**query))
        return found if username is None else found.filter(user__username=username)


class ChangeCellsView(ListView):
    """The cells of one change in the customers you see: from, to, why, who, when."""

    read_right = "demand.view_demand"
    item = shapes.LogCellOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> Sequence[LogCell]:
        """Return the cells."""
        found = get_object_or_404(change_sets_visible(user), pk=address["change_set_id"])
        return log_cells(user, [found.pk], limit=None)


def _picks(sent: Sequence[dict[str, Any]]) -> list[Pick]:
    """Return the changes named by user name and product code; raises ValidationError for names nobody knows."""
    people = _ids(User.objects.all(), "username", [each["person"] for each in sent], "person")
    products = _ids(Product.objects.all(), "code", [each["product"] for each in sent], "product")
    return [
        Pick(people[each["person"]], products[each["product"]], each["version"], int(each["mark"])) for each in sent
    ]


def _ids(rows: QuerySet[Any], column: str, names: Sequence[str], word: str) -> dict[str, int]:
    found: dict[str, int] = dict(rows.filter(**{f"{column}__in": names}).values_list(column, "pk"))
    missing = next((name for name in names if name not in found), None)
    if missing is not None:
        raise ValidationError({word: [f"There is no {word} {missing!r}."]})
    return found
