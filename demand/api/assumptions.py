"""Assumptions: reading them with what they give the plan, stating, changing, handing over, withdrawing."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError

from demand.api import shapes
from demand.api.assumption_shapes import HandOverIn, ScoreOut
from demand.models import Assumption
from demand.selectors.assumption_score import AssumptionScore, turned_out
from demand.selectors.assumptions import AssumptionRow, assumption_rows, assumptions_of
from demand.services.assumption import (
    assumption_change,
    assumption_hand_over,
    assumption_state,
    assumption_withdraw,
)
from demand.services.assumption_rules import Stated
from sop.api.base import ListView, WriteView, cycle_of
from sop.models import Customer, Family, Product, User
from sop.selectors.scope import customers_visible


class AssumptionsView(ListView, WriteView):
    """Assumptions of the customers you see and of all customers, with what each gives this plan. POST states one."""

    read_right, write_right = "demand.view_demand", "demand.override_forecast"
    query, body, item = shapes.AssumptionQuery, shapes.AssumptionIn, shapes.AssumptionOut
    orderings = {"first_bucket": ("first_bucket", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Assumption]:
        """Return the assumptions in scope."""
        return assumptions_of(cycle_of(address["cycle_id"]), user).filter(**query)

    def shown(self, user: User, rows: Sequence[Assumption]) -> Sequence[AssumptionRow]:
        """Return each with its effect in the cycle of the address."""
        chosen = Assumption.objects.filter(pk__in=[row.pk for row in rows])
        found = {row.assumption.pk: row for row in assumption_rows(cycle_of(self.kwargs["cycle_id"]), user, chosen)}
        return [found[row.pk] for row in rows]

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> AssumptionRow:
        """State it."""
        cycle = cycle_of(address["cycle_id"])
        made = assumption_state(user=user, cycle_id=cycle.pk, stated=_stated(user, fields))
        return _row(user, cycle.pk, made)


class AssumptionScoresView(ListView):
    """How assumptions in the number turned out in the year before this cycle; those without a month over are absent."""

    read_right = "demand.view_demand"
    item = ScoreOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> Sequence[AssumptionScore]:
        """Return the scores, latest months first."""
        cycle = cycle_of(address["cycle_id"])
        return turned_out(cycle, user, assumptions_of(cycle, user)).scores


class AssumptionChangeView(WriteView):
    """Change an assumption; send it whole, with the version you saw and why."""

    write_right = "demand.override_forecast"
    body, item = shapes.AssumptionChangeIn, shapes.AssumptionOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> AssumptionRow:
        """Change it."""
        _visible(user, **address)
        seen = {name: fields.pop(name) for name in ("version", "reason")}
        changed = assumption_change(user=user, stated=_stated(user, fields), **seen, **address)
        return _row(user, address["cycle_id"], changed)


class AssumptionWithdrawView(WriteView):
    """Withdraw an assumption: out of this plan and all later ones, with the version you saw and why."""

    write_right = "demand.override_forecast"
    body, item = shapes.WithdrawIn, shapes.AssumptionOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> AssumptionRow:
        """Withdraw it."""
        _visible(user, **address)
        return _row(user, address["cycle_id"], assumption_withdraw(user=user, **fields, **address))


class AssumptionHandOverView(WriteView):
    """Give an assumption another owner who may state it, with the version you saw and why."""

    write_right = "demand.override_forecast"
    body, item = HandOverIn, shapes.AssumptionOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> AssumptionRow:
        """Hand it over."""
        _visible(user, **address)
        owner = User.objects.filter(username=fields.pop("owner")).first()
        return _row(user, address["cycle_id"], assumption_hand_over(user=user, owner=owner, **fields, **address))


def _visible(user: User, *, cycle_id: int, assumption_id: int) -> None:
    """Raise Http404 where this person sees no such assumption in this cycle."""
    get_object_or_404(assumptions_of(cycle_of(cycle_id), user), pk=assumption_id)


def _row(user: User, cycle_id: int, assumption: Assumption) -> AssumptionRow:
    return assumption_rows(cycle_of(cycle_id), user, Assumption.objects.filter(pk=assumption.pk))[0]


def _stated(user: User, fields: dict[str, Any]) -> Stated:
    """Return what is stated, codes turned into rows; a customer out of one's sight is as unknown as one that is not."""
    among: dict[str, QuerySet[Any]] = {
        "product": Product.objects.all(),
        "family": Family.objects.all(),
        "customer": customers_visible(user) if user.is_active else Customer.objects.none(),
        "successor": Product.objects.all(),
    }
    return Stated(**fields | {name: _named(name, fields.get(name), rows) for name, rows in among.items()})


def _named(name: str, code: str | None, rows: QuerySet[Any]) -> Model | None:
    if not code:
        return None
    found: Model | None = rows.filter(code=code).first()
    if found is None:
        raise ValidationError({name: [f"There is no {name} {code!r}."]})
    return found
