"""The demand planner's review: territories, biggest changes first; accepting them and asking back."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from demand.constants import TO_DECIDE, ChangeState
from demand.forms.review import BelowForm, pick
from demand.selectors.change_groups import (
    ChangeGroup,
    change_group,
    change_groups,
    counts_by_state,
    questions_to,
    told_of,
)
from demand.selectors.change_months import change_months
from demand.selectors.closing import gather_closing
from demand.selectors.grid import gather_is_open
from demand.selectors.layers import adopted_run
from demand.selectors.territory import territories
from demand.selectors.track_record import track_records
from demand.services.change_review import Reviewed, change_answer, change_ask, changes_accept, changes_accept_below
from sop.constants import StepKind
from sop.models import Cycle, CycleStep, Product, User
from sop.refusals import Conflict, Refused
from sop.selectors.master_history import row_history
from sop.views.request import signed_in

PAGE_CHANGES = 25
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("To decide", TO_DECIDE),
    "asked": ("Asked back", (ChangeState.ASKED,)),
    "accepted": ("Accepted", (ChangeState.ACCEPTED,)),
    "all": ("All", tuple(ChangeState.values)),
}


@require_safe
@permission_required("sop.view_all_customers", raise_exception=True)
def review(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show how far each territory is and what was changed, most money first."""
    return _page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("demand.override_any_forecast", raise_exception=True)
def accept(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Accept the chosen changes, or all below a percent."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        done = _accepted(request, cycle)
    except Refused as refusal:
        return _page(request, cycle, refusal)
    if done.refused and not done.accepted:
        return _page(request, cycle, Conflict(" ".join(done.refused)))
    messages.success(request, f"Accepted {done.accepted:,} change{'' if done.accepted == 1 else 's'}.")
    for sentence in done.refused[:5]:
        messages.warning(request, sentence)
    return _back(request, cycle)


@require_POST
@permission_required("demand.override_any_forecast", raise_exception=True)
def ask(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Ask a person about one change."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        chosen = pick(request.POST.get("change", ""))
        asked = change_ask(
            user=signed_in(request), cycle_id=cycle_id, pick=chosen, note=request.POST.get("note", "")[:2000]
        )
    except Refused as refusal:
        return _page(request, cycle, refusal)
    messages.success(request, f"{asked.person} is asked about {asked.product}.")
    return _back(request, cycle)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def change(request: HttpRequest, cycle_id: int, person_id: int, product_id: int) -> HttpResponse:
    """Show one person's change of one product, month by month, with what was said of it."""
    return _change_page(request, get_object_or_404(Cycle, pk=cycle_id), person_id, product_id)


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def answer(request: HttpRequest, cycle_id: int, product_id: int) -> HttpResponse:
    """Answer what one is asked about one's own change."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    version, note = request.POST.get("version", ""), request.POST.get("note", "")[:2000]
    try:
        change_answer(
            user=user,
            cycle_id=cycle_id,
            product_id=product_id,
            version=int(version) if version.isdecimal() else 0,
            note=note,
        )
    except Refused as refusal:
        return _change_page(request, cycle, user.pk, product_id, refusal)
    messages.success(request, "Answered: the demand planner sees it next.")
    return redirect("demand:change", cycle_id=cycle_id, person_id=user.pk, product_id=product_id)


def _accepted(request: HttpRequest, cycle: Cycle) -> Reviewed:
    user = signed_in(request)
    if "percent" in request.POST:
        form = BelowForm(request.POST)
        if not form.is_valid():
            raise Refused("Give a percent above 0 and up to 100.")
        return changes_accept_below(user=user, cycle_id=cycle.pk, percent=form.cleaned_data["percent"])
    picks = [pick(text) for text in request.POST.getlist("change")]
    return changes_accept(user=user, cycle_id=cycle.pk, picks=picks, note=request.POST.get("note", "")[:2000])


def _back(request: HttpRequest, cycle: Cycle) -> HttpResponse:
    """Go back to the same part of the list."""
    here = {name: request.POST[name] for name in ("show", "family", "person") if request.POST.get(name)}
    answer = redirect("demand:review", cycle_id=cycle.pk)
    answer["Location"] += f"?{urlencode(here)}#changes" if here else "#changes"
    return answer


def _page(request: HttpRequest, cycle: Cycle, refusal: Refused | None = None) -> HttpResponse:
    user = signed_in(request)
    asked = request.POST if request.method == "POST" else request.GET
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.GATHER)
    groups = change_groups(cycle)
    show = asked.get("show", "")
    show = show if show in SHOWN else ""
    found = _chosen(groups, SHOWN[show][1], asked.get("family", ""), asked.get("person", ""))
    page = Paginator(found, PAGE_CHANGES).get_page(asked.get("page"))
    listed = list(page.object_list)
    told = told_of(cycle, listed)
    records = track_records(cycle, {(group.person_id, group.family_id) for group in listed})
    rows = [
        (group, told.get((group.person_id, group.product_id)), records.get((group.person_id, group.family_id)))
        for group in listed
    ]
    counts = counts_by_state(groups)
    everybody = territories(cycle, groups)
    context = {
        "cycle": cycle,
        "step": step,
        "overdue": step.due_at < timezone.now(),
        "run": adopted_run(cycle),
        "open_territories": [each for each in everybody if not each.settled],
        "settled_territories": [each for each in everybody if each.settled],
        "groups": groups,
        "page": page,
        "rows": rows,
        "show": show,
        "chips": [(code, name, sum(counts[state] for state in states)) for code, (name, states) in SHOWN.items()],
        "family": asked.get("family", ""),
        "person": asked.get("person", ""),
        "families": sorted({(group.family_id, group.family) for group in groups}, key=lambda each: each[1]),
        "people": sorted({(group.person_id, group.person) for group in groups}, key=lambda each: each[1]),
        "can_decide": user.has_perm("demand.override_any_forecast") and gather_is_open(cycle),
        "closing": gather_closing(user, step, groups),
        "refusal": refusal,
    }
    return render(request, "demand/review.html", context, status=refusal.status if refusal else 200)


def _chosen(groups: list[ChangeGroup], states: tuple[str, ...], family: str, person: str) -> list[ChangeGroup]:
    """Return the changes in some states, of a family and a person if named, answered questions before all others."""
    tests: list[Callable[[ChangeGroup], bool]] = [lambda group: group.state in states]
    if family.isdecimal():
        tests.append(lambda group: group.family_id == int(family))
    if person.isdecimal():
        tests.append(lambda group: group.person_id == int(person))
    found = [group for group in groups if all(test(group) for test in tests)]
    return sorted(found, key=lambda group: group.state not in (ChangeState.ANSWERED, ChangeState.CHANGED))


def _change_page(
    request: HttpRequest, cycle: Cycle, person_id: int, product_id: int, refusal: Refused | None = None
) -> HttpResponse:
    user = signed_in(request)
    person = get_object_or_404(User, pk=person_id)
    if user != person and not user.has_perm("sop.view_all_customers"):
        raise Http404
    group = change_group(cycle, person=person, product_id=product_id)
    if group is None:
        product = get_object_or_404(Product, pk=product_id)
        nothing = {"cycle": cycle, "person": person, "product": product, "refusal": refusal}
        return render(request, "demand/change_none.html", nothing, status=refusal.status if refusal else 200)
    is_open = gather_is_open(cycle)
    row = cycle.change_reviews.filter(person=person, product_id=product_id).first()
    context = {
        "cycle": cycle,
        "group": group,
        "told": told_of(cycle, [group]).get((person_id, product_id)),
        "record": track_records(cycle, [(person_id, group.family_id)]).get((person_id, group.family_id)),
        "months": change_months(cycle, person, product_id),
        "said": row_history(row) if row else [],
        "can_decide": is_open and user.has_perm("demand.override_any_forecast"),
        "can_answer": is_open and user == person and group.state in (ChangeState.ASKED, ChangeState.ANSWERED),
        "others": [each for each in questions_to(cycle, user) if each != group] if user == person else [],
        "refusal": refusal,
    }
    return render(request, "demand/change.html", context, status=refusal.status if refusal else 200)
