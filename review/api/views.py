"""The pack, questions, decisions and signatures; freezing, asking, deciding, choosing, signing."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from reconcile import selectors as reconcile
from review import selectors
from review.api import shapes
from review.models import Approval, Decision, Pack, PlanChoice, Question
from review.services import carry as carry_services
from review.services import pack as pack_services
from review.services import plan as plan_services
from review.services import question as question_services
from sop.api.base import ListView, OneView, WriteView, cycle_of
from sop.models import User

VIEW = "review.view_review"
FREEZE = "review.freeze_pack"
DECIDE = "review.decide"


class PackView(OneView, WriteView):
    """The pack leadership decides on. POST freezes the figures as they are now."""

    read_right, write_right = VIEW, FREEZE
    body, item = shapes.PackIn, shapes.PackOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> Pack:
        """Return the current pack."""
        pack = selectors.pack_current(cycle_of(address["cycle_id"]))
        if pack is None:
            raise Http404
        return pack

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Pack:
        """Freeze it."""
        return pack_services.pack_freeze(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, **fields)


class QuestionsView(ListView, WriteView):
    """What leadership must answer. POST puts one question to one decider."""

    read_right, write_right = VIEW, FREEZE
    query, body, item = shapes.QuestionQuery, shapes.QuestionIn, shapes.QuestionOut
    orderings = {"raised": ("id",), "due": ("due_at", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Question]:
        """Return the questions."""
        return selectors.questions(cycle_of(address["cycle_id"])).filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Question:
        """Ask."""
        cycle = cycle_of(address["cycle_id"])
        if fields["conflict"] is not None:
            get_object_or_404(reconcile.conflicts(cycle), pk=fields["conflict"])
        return question_services.question_raise(
            user=user,
            cycle_id=cycle.pk,
            text=question_services.QuestionText(fields["sentence"], fields["background"], fields["dissent"]),
            decider_id=fields["decider"].pk,
            due_at=fields["due_at"],
            option_ids=fields["options"],
            recommended_id=fields["recommended"],
            conflict_id=fields["conflict"],
        )


class DecisionsView(ListView):
    """Decisions of all cycles with their reasons, latest first."""

    read_right = VIEW
    query, item = shapes.DecisionQuery, shapes.DecisionOut
    orderings = {"decided": ("-decided_at", "id"), "check": ("check_on", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Decision]:
        """Return the decisions."""
        words = query.pop("words", "")
        found = selectors.decisions_search(words) if words else selectors.decisions()
        return found.filter(**query)


class DecideView(WriteView):
    """Answer a question once."""

    write_right = DECIDE
    body, item = shapes.DecisionIn, shapes.DecisionOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Decision:
        """Decide."""
        scenario = fields.pop("scenario")
        return question_services.decision_make(
            user=user, question_id=address["question_id"], scenario_id=scenario, **fields
        )


class CarryView(WriteView):
    """Let a question leave the review undecided; it opens again in the next cycle. Its decider or the coordinator."""

    write_right = (DECIDE, "sop.open_cycle")
    body, item = shapes.CarryIn, shapes.QuestionOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Question:
        """Carry it."""
        question = get_object_or_404(selectors.all_questions(), pk=address["question_id"])
        return carry_services.question_carry(user=user, question_id=question.pk, **fields)


class PrepareView(WriteView):
    """Give a question carried from the last cycle this cycle's options."""

    write_right = FREEZE
    body, item = shapes.PrepareIn, shapes.QuestionOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Question:
        """Prepare it."""
        question = get_object_or_404(selectors.all_questions(), pk=address["question_id"])
        return carry_services.question_prepare(
            user=user,
            question_id=question.pk,
            option_ids=fields["options"],
            recommended_id=fields["recommended"],
            decider_id=question.decider_id if fields["decider"] is None else fields["decider"].pk,
        )


class SignOffView(OneView):
    """The chosen plan and its signatures."""

    read_right = VIEW
    item = shapes.SignOffOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> selectors.SignOff:
        """Return where the signatures stand."""
        return selectors.sign_off(cycle_of(address["cycle_id"]), user)


class ChooseView(WriteView):
    """Name the one scenario that is to become the plan; earlier signatures become void."""

    write_right = DECIDE
    body, item = shapes.ChoiceIn, shapes.ChoiceOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> PlanChoice:
        """Choose it."""
        return plan_services.plan_choose(
            user=user,
            cycle_id=cycle_of(address["cycle_id"]).pk,
            scenario_id=fields["scenario"],
            assumption=fields["assumption"],
        )


class SignView(WriteView):
    """Sign the chosen plan, or refuse it with the reason."""

    write_right = "review.approve_plan"
    body, item = shapes.SignIn, shapes.ApprovalOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Approval:
        """Sign it."""
        return plan_services.plan_sign(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, **fields)
