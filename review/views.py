"""Pages of the executive review."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reconcile import selectors as reconcile
from reconcile.selectors.bridge import margin_bridge
from review import selectors
from review.constants import QuestionState
from review.forms import DecisionForm, PlanForm, PrepareForm, QuestionForm, SignForm
from review.services import carry as carry_services
from review.services import pack as pack_services
from review.services import plan as plan_services
from review.services import question as question_services
from sop.constants import StepKind, StepState
from sop.cycle_hooks import missing_to_open
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import about_cycle, signed_in

UNPROCESSABLE = 422
DUE_HOUR = 17
CHECK_AFTER = timedelta(days=60)  # two cycles on: the effect of a decision shows in the numbers by then


@require_safe
@permission_required("review.view_review", raise_exception=True)
def review(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show the pack: headline, questions, plans side by side, signatures."""
    return _page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("review.freeze_pack", raise_exception=True)
def pack_freeze(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Freeze the figures."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        reason = request.POST.get("reason", "")
        pack = pack_services.pack_freeze(user=signed_in(request), cycle_id=cycle_id, reason=reason)
    except Refused as refusal:
        return _page(request, cycle, refusal=refusal)
    messages.success(request, f"Pack {pack.version} is frozen; everybody now looks at the same figures.")
    return redirect("review:review", cycle_id=cycle_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("review.freeze_pack", raise_exception=True)
def question_new(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Ask leadership one question."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    due = timezone.localtime() + timedelta(days=3)
    initial = {"due_at": due.replace(hour=DUE_HOUR, minute=0), "conflict": request.GET.get("conflict")}
    form = QuestionForm(request.POST or None, cycle=cycle, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            question_services.question_raise(
                user=signed_in(request),
                cycle_id=cycle_id,
                text=question_services.QuestionText(fields["sentence"], fields["background"], fields["dissent"]),
                decider_id=fields["decider"].pk,
                due_at=fields["due_at"],
                option_ids=[option.pk for option in fields["options"]],
                recommended_id=fields["recommended"].pk if fields["recommended"] else None,
                conflict_id=fields["conflict"].pk if fields["conflict"] else None,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The question is with the decider.")
            return redirect("review:review", cycle_id=cycle_id)
    status = UNPROCESSABLE if form.errors else 200
    context = {"cycle": cycle, "form": form, "scenarios": reconcile.scenario_table(cycle)}
    return render(request, "review/question.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("review.freeze_pack", raise_exception=True)
def question_prepare(request: HttpRequest, question_id: int) -> HttpResponse:
    """Give a question carried from the last cycle this cycle's options."""
    question = get_object_or_404(selectors.all_questions(), pk=question_id, carried_from__isnull=False)
    form = PrepareForm(request.POST or None, cycle=question.cycle, initial={"decider": question.decider_id})
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            carry_services.question_prepare(
                user=signed_in(request),
                question_id=question_id,
                option_ids=[option.pk for option in fields["options"]],
                recommended_id=fields["recommended"].pk if fields["recommended"] else None,
                decider_id=fields["decider"].pk,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The question is with the decider.")
            return redirect("review:review", cycle_id=question.cycle_id)
    context = {"cycle": question.cycle, "form": form, "question": question}
    context["scenarios"] = reconcile.scenario_table(question.cycle)
    return render(request, "review/question.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def question_carry(request: HttpRequest, question_id: int) -> HttpResponse:
    """Let a question leave this review undecided; its decider or the coordinator may."""
    if not any(signed_in(request).has_perm(right) for right in ("review.decide", "sop.open_cycle")):
        raise PermissionDenied
    question = get_object_or_404(selectors.all_questions(), pk=question_id)
    reason = request.POST.get("reason", "")
    try:
        carry_services.question_carry(user=signed_in(request), question_id=question_id, reason=reason)
    except Refused as refusal:
        return _page(request, question.cycle, refusal=refusal, at=question_id, typed=request.POST)
    messages.success(request, "The question opens again in the next cycle.")
    return redirect("review:review", cycle_id=question.cycle_id)


@require_POST
@permission_required("review.decide", raise_exception=True)
def decide(request: HttpRequest, question_id: int) -> HttpResponse:
    """Answer a question."""
    question = get_object_or_404(selectors.all_questions(), pk=question_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, question.cycle, refusal=_first_error(form), at=question_id, typed=request.POST)
    fields = form.cleaned_data
    try:
        question_services.decision_make(
            user=signed_in(request),
            question_id=question_id,
            scenario_id=fields["scenario"],
            rationale=fields["rationale"],
            check_on=fields["check_on"],
            trip_wire=fields["trip_wire"],
        )
    except Refused as refusal:
        return _page(request, question.cycle, refusal=refusal, at=question_id, typed=request.POST)
    messages.success(request, "Decided.")
    return redirect("review:review", cycle_id=question.cycle_id)


@require_POST
@permission_required("review.decide", raise_exception=True)
def plan_choose(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Choose the one plan."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    form = PlanForm(request.POST, cycle=cycle)
    if not form.is_valid():
        return _page(request, cycle, refusal=_first_error(form), plan_form=form)
    fields = form.cleaned_data
    try:
        plan_services.plan_choose(
            user=signed_in(request),
            cycle_id=cycle_id,
            scenario_id=fields["scenario"].pk,
            assumption=fields["assumption"],
        )
    except Refused as refusal:
        return _page(request, cycle, refusal=refusal, plan_form=form)
    messages.success(request, f"{fields['scenario']} goes to the approvers for signature.")
    return redirect("review:review", cycle_id=cycle_id)


@require_POST
@permission_required("review.approve_plan", raise_exception=True)
def plan_sign(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Sign or refuse the plan."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _page(request, cycle, refusal=_first_error(form))
    try:
        plan_services.plan_sign(
            user=signed_in(request),
            cycle_id=cycle_id,
            version=form.cleaned_data["version"],
            comment=form.cleaned_data["comment"],
            refuse="refuse" in request.POST,
        )
    except Refused as refusal:
        return _page(request, cycle, refusal=refusal)
    return redirect("review:review", cycle_id=cycle_id)


@require_safe
@permission_required("review.view_review", raise_exception=True)
def decisions(request: HttpRequest) -> HttpResponse:
    """List every decision with its reason, searchable."""
    found = selectors.decisions()
    words = request.GET.get("q", "").strip()
    if words:
        found = selectors.decisions_search(words)
    return render(request, "review/decisions.html", {"decisions": found[:200], "words": words})


def _first_error(form: DecisionForm | PlanForm | SignForm) -> Refused:
    field, errors = next(iter(form.errors.items()))
    label = form.fields[field].label or field if field in form.fields else ""
    return Refused(f"{label}: {errors[0]}")


def _page(  # the one way this page is drawn: fresh, or with what was refused and typed
    request: HttpRequest,
    cycle: Cycle,
    *,
    refusal: Refused | None = None,
    at: int | None = None,
    typed: object = None,
    plan_form: PlanForm | None = None,
) -> HttpResponse:
    about_cycle(request, cycle.pk)
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.REVIEW)
    questions = list(selectors.questions(cycle))
    context = {
        "cycle": cycle,
        "step": step,
        "is_open": step.state == StepState.OPEN,
        "missing_to_open": missing_to_open(step) if step.state == StepState.WAITING else [],
        "pack": selectors.pack_current(cycle),
        "questions": questions,
        "open_count": sum(question.state == QuestionState.OPEN for question in questions),
        "carried_count": sum(question.state == QuestionState.CARRIED for question in questions),
        "scenario_kpis": {row["id"]: row for row in reconcile.scenario_table(cycle)},
        "bridge": margin_bridge(cycle),
        "sign_off": selectors.sign_off(cycle, signed_in(request)),
        "plan_form": plan_form or PlanForm(cycle=cycle),
        "check_on": (timezone.localdate() + CHECK_AFTER).isoformat(),
        "refusal": refusal,
        "refused_question": at,
        "typed": typed or {},
    }
    return render(request, "review/review.html", context, status=refusal.status if refusal else 200)
