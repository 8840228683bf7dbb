"""What moved between two baseline runs: families and rows, each with why."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from demand.constants import Cause
from demand.models import BaselineRun
from demand.selectors.moves import Comparison, MoveFilter, Moves, MoveSum, comparable
from sop.api.base import ListView
from sop.api.serializers import Query
from sop.models import User


class AgainstQuery(Query):
    """Which run to compare with."""

    against = serializers.IntegerField(help_text="Another complete run; else the adopted one, else last cycle's.")


class MovesQuery(AgainstQuery):
    """Which rows."""

    family = serializers.CharField(help_text="By code.")
    cause = serializers.ChoiceField(choices=Cause.choices)
    words = serializers.CharField(help_text="In product or customer.")


class SumOut(serializers.Serializer[Any]):
    """One family: base units, and money at the plan's price, over the months both runs forecast."""

    family = serializers.CharField(source="code")
    rows = serializers.IntegerField()
    moved = serializers.IntegerField(help_text="Of the rows.")
    before = serializers.FloatField()
    after = serializers.FloatField()
    money_before = serializers.FloatField()
    money_after = serializers.FloatField()


class MoveOut(serializers.Serializer[Any]):
    """One row that moved, with why."""

    series = serializers.IntegerField()
    product = serializers.CharField()
    customer = serializers.CharField()
    location = serializers.CharField()
    family = serializers.CharField()
    cause = serializers.ChoiceField(choices=Cause.choices)
    why = serializers.CharField()
    before = serializers.FloatField()
    after = serializers.FloatField()
    money_before = serializers.FloatField()
    money_after = serializers.FloatField()


class MovesView(ListView):
    """The rows you see that moved between a run and another, largest money first, each with why."""

    read_right = "demand.view_demand"
    query, item = MovesQuery, MoveOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> Moves:
        """Return the rows."""
        comparison = _comparison(user, address["run_id"], query.pop("against", None))
        return Moves(comparison, MoveFilter(**query))


class FamilyMovesView(ListView):
    """What moved between a run and another by family, of the rows you see."""

    read_right = "demand.view_demand"
    query, item = AgainstQuery, SumOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> list[MoveSum]:
        """Return the families."""
        return _comparison(user, address["run_id"], query.get("against")).families


def _comparison(user: User, run_id: int, against: int | None) -> Comparison:
    run = get_object_or_404(BaselineRun.objects.select_related("cycle"), pk=run_id)
    for other, _name in comparable(run):
        if against in {None, other.pk}:
            return Comparison(run, other, user)
    raise Http404("There is no such complete run to compare with.")
