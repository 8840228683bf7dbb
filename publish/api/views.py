"""Published plans with their lines, and how plans turned out; publishing, measuring, looking back."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from publish import selectors, services
from publish.api import shapes
from publish.models import DecisionCheck, PlanLine, PlanMeasure, PublishedPlan
from review import selectors as review
from sop.api.base import ListView, OneView, WriteView, cycle_of
from sop.models import User

VIEW = "publish.view_plan"
MEASURE = "publish.measure_plan"


class PlansView(ListView):
    """Every published plan, latest first."""

    read_right = VIEW
    query, item = shapes.PlanQuery, shapes.PlanOut
    orderings = {"published": ("-published_at", "-id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[PublishedPlan]:
        """Return the plans."""
        return selectors.plans().filter(**query)


class PlanView(OneView):
    """One published plan with its seal and approvers."""

    read_right = VIEW
    item = shapes.PlanOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> PublishedPlan:
        """Return the plan."""
        return get_object_or_404(selectors.plans(), pk=address["plan_id"])


class PlanLinesView(ListView):
    """The lines of a published plan you may see."""

    read_right = VIEW
    query, item = shapes.PlanLineQuery, shapes.PlanLineOut
    orderings = {"product": ("product_code", "location_code", "customer_code", "bucket"), "month": ("bucket", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[PlanLine]:
        """Return the lines in scope."""
        return selectors.lines(get_object_or_404(selectors.plans(), pk=address["plan_id"]), user).filter(**query)


class PublishView(WriteView):
    """Seal the signed plan as the number everyone works to; a correction is a new version and needs a reason."""

    write_right = "publish.publish_plan"
    body, item = shapes.PublishIn, shapes.PlanOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> PublishedPlan:
        """Publish it."""
        return services.plan_publish(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, **fields)


class MeasuresView(ListView, WriteView):
    """How a cycle's layers did against what happened. POST measures now."""

    read_right, write_right = VIEW, MEASURE
    query, item, written = shapes.MeasureQuery, shapes.MeasureOut, shapes.MeasuredOut
    orderings = {"month": ("bucket", "kind", "code", "layer", "id"), "error": ("-absolute_error", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[PlanMeasure]:
        """Return the measures in scope."""
        return selectors.measures_visible(cycle_of(address["cycle_id"]), user).filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> dict[str, Any]:
        """Measure."""
        return {"months": services.plan_measure(user=user, cycle_id=cycle_of(address["cycle_id"]).pk)}


class DecisionCheckView(WriteView):
    """Record how a decision turned out."""

    write_right = MEASURE
    body, item = shapes.CheckIn, shapes.CheckOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> DecisionCheck:
        """Record it."""
        decision = get_object_or_404(review.decisions(), pk=address["decision_id"])
        return services.decision_check(user=user, decision_id=decision.pk, **fields)
