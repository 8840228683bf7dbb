"""Chosen baselines and how each row is forecast: reading both, choosing, withdrawing."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from demand.api import choice_shapes as shapes
from demand.models import BaselineChoice, BaselineSeries
from demand.selectors.choices import choices_visible
from demand.selectors.layers import adopted_run
from demand.selectors.profiles import ProfileFilter, profiles
from demand.services.choice import Chosen, baseline_choose, choice_withdraw
from sop.api.base import ListView, WriteView, cycle_of
from sop.models import Customer, Family, Product, User

NAMED = {"product": Product, "family": Family, "customer": Customer, "like": Product}


class ProfilesView(ListView):
    """How the adopted run treated each row you see: kind of demand, route and why, error; the largest error first."""

    read_right = "demand.view_demand"
    query, item = shapes.ProfileQuery, shapes.ProfileOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[BaselineSeries]:
        """Return the rows."""
        run = adopted_run(cycle_of(address["cycle_id"]))
        return profiles(run, user, ProfileFilter(**query)) if run else BaselineSeries.objects.none()


class ChoicesView(ListView, WriteView):
    """What people have forecast their way. POST chooses for a product or a family, from the next run on."""

    read_right, write_right = "demand.view_demand", "demand.run_baseline"
    query, body, item = shapes.BaselineChoiceQuery, shapes.BaselineChoiceIn, shapes.BaselineChoiceOut
    orderings = {"chosen": ("-chosen_at", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[BaselineChoice]:
        """Return the choices in scope."""
        cycle_of(address["cycle_id"])
        return choices_visible(user).filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> BaselineChoice:
        """Choose."""
        cycle = cycle_of(address["cycle_id"])
        named = {name: _named(name, fields.get(name)) for name in NAMED}
        return baseline_choose(user=user, cycle_id=cycle.pk, chosen=Chosen(**fields | named))


class ChoiceEndView(WriteView):
    """Withdraw a choice, saying why: history decides again from the next run on."""

    write_right = "demand.run_baseline"
    body, item = shapes.BaselineChoiceEndIn, shapes.BaselineChoiceOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> BaselineChoice:
        """Withdraw it."""
        cycle_of(address["cycle_id"])
        return choice_withdraw(user=user, reason=fields["reason"], **address)


def _named(name: str, code: str | None) -> Any:
    if not code:
        return None
    found = NAMED[name].objects.filter(code=code).first()  # type: ignore[attr-defined]
    if found is None:
        raise ValidationError({name: [f"There is no {name} {code!r}."]})
    return found
