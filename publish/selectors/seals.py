"""Whether published plans still are what was signed: recomputed, and as the last check found them."""

from collections.abc import Iterator
from dataclasses import dataclass

from publish.models import PlanLine, PublishedPlan
from publish.seal import FIELDS, Heading, Value, seal
from sop.constants import JOB_ACTIVE, JobState
from sop.models import Job

KIND = "seals"


@dataclass(frozen=True)
class SealCheck:
    """What recomputing one plan's seal found."""

    plan: PublishedPlan
    computed: str
    before: str  # the seal of the plan published before, as it stands now

    @property
    def intact(self) -> bool:
        """Return whether the lines still are what was approved, and no plan before it was taken away or changed."""
        return self.computed == self.plan.seal and self.before == self.plan.previous_seal


def heading(plan: PublishedPlan) -> Heading:
    """Return what the plan's seal covers beside its lines."""
    return Heading(
        cycle=plan.cycle.bucket,
        version=plan.version,
        currency=plan.currency,
        approvers=plan.approvers,
        reason=plan.reason,
        previous_seal=plan.previous_seal,
        format=plan.seal_format,
    )


def line_values(plan: PublishedPlan) -> Iterator[tuple[Value, ...]]:
    """Return all lines as tuples in the seal's field order, streamed."""
    return PlanLine.objects.filter(plan=plan).values_list(*FIELDS).iterator(chunk_size=5000)


def seal_check(plan: PublishedPlan) -> SealCheck:
    """Recompute one plan's seal from what the database holds now."""
    before = PublishedPlan.objects.filter(pk__lt=plan.pk).order_by("-pk").values_list("seal", flat=True).first()
    return SealCheck(plan, seal(heading(plan), line_values(plan)), before or "")


def seals_check() -> list[SealCheck]:
    """Recompute every seal, oldest first."""
    return [seal_check(plan) for plan in PublishedPlan.objects.select_related("cycle").order_by("id")]


@dataclass(frozen=True)
class SealsSeen:
    """What is known of the seals without computing any."""

    last: Job | None  # the last check that came to its end
    running: Job | None
    plans: list[tuple[PublishedPlan, bool | None]]  # latest first; None: published since the last check

    @property
    def broken(self) -> list[PublishedPlan]:
        """Return the plans the last check found changed."""
        return [plan for plan, intact in self.plans if intact is False]


def seals_seen() -> SealsSeen:
    """Return what the last check found, and the check under way."""
    checks = Job.objects.filter(kind=KIND).order_by("-created_at")
    last = checks.filter(state=JobState.DONE).first()
    found: dict[str, bool] = last.result["intact"] if last else {}
    plans = PublishedPlan.objects.select_related("cycle").order_by("-id")
    return SealsSeen(
        last,
        checks.filter(state__in=JOB_ACTIVE).first(),
        [(plan, found.get(str(plan.pk))) for plan in plans],
    )
