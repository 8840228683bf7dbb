"""Choices, reason codes and limits of the ground floor, each with its reason."""

from django.db import models


class Role(models.TextChoices):
    """What a person is here for; the permissions behind each role stand in `permissions.py`."""

    REP = "rep", "Sales rep"
    DEMAND_PLANNER = "demand_planner", "Demand planner"
    SUPPLY_PLANNER = "supply_planner", "Supply planner"
    FINANCE = "finance", "Finance"
    EXECUTIVE = "executive", "Executive"
    COORDINATOR = "coordinator", "Coordinator"


class StepKind(models.TextChoices):
    """The five steps of a cycle, in order."""

    GATHER = "gather", "Gather demand"
    SUPPLY = "supply", "Plan supply"
    RECONCILE = "reconcile", "Reconcile"
    REVIEW = "review", "Review"
    PUBLISH = "publish", "Publish"


STEP_ORDER: tuple[StepKind, ...] = tuple(StepKind)


# Who takes part in a step; a step's app may name other people (`sop.cycle_hooks.step_people`).
STEP_ROLES: dict[StepKind, tuple[Role, ...]] = {
    StepKind.GATHER: (Role.REP,),
    StepKind.SUPPLY: (Role.SUPPLY_PLANNER,),
    StepKind.RECONCILE: (Role.DEMAND_PLANNER, Role.SUPPLY_PLANNER, Role.FINANCE),
    StepKind.REVIEW: (Role.EXECUTIVE,),
    StepKind.PUBLISH: (Role.COORDINATOR,),
}

# Beside the coordinator, who may close a step.
STEP_CLOSE_PERMISSION: dict[StepKind, str] = {
    StepKind.GATHER: "demand.close_gather",
    StepKind.SUPPLY: "supply.close_supply",
    StepKind.RECONCILE: "reconcile.close_reconcile",
    StepKind.REVIEW: "sop.open_cycle",
    StepKind.PUBLISH: "sop.open_cycle",
}

# A new installation's calendar: owner's role and the working day of the month each step is due.
CALENDAR_DEFAULT: dict[StepKind, tuple[Role, int]] = {
    StepKind.GATHER: (Role.DEMAND_PLANNER, 8),
    StepKind.SUPPLY: (Role.SUPPLY_PLANNER, 11),
    StepKind.RECONCILE: (Role.DEMAND_PLANNER, 13),
    StepKind.REVIEW: (Role.COORDINATOR, 15),
    StepKind.PUBLISH: (Role.COORDINATOR, 16),
}
DUE_HOUR_DEFAULT = 17


class StepState(models.TextChoices):
    """Where a step stands; a closed step is read-only for everyone."""

    WAITING = "waiting", "Waiting"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class CycleState(models.TextChoices):
    """At most one cycle is open."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class Progress(models.TextChoices):
    """How far one person is in one step."""

    NOT_STARTED = "not_started", "Not started"
    WORKING = "working", "Working"
    SUBMITTED = "submitted", "Submitted"


class ViewPage(models.TextChoices):
    """The pages whose views a person can keep."""

    DEMAND = "demand", "Demand"
    SUPPLY = "supply", "Supply"


class JobState(models.TextChoices):
    """The life of a background job; the last three are ends."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


JOB_ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class Source(models.TextChoices):
    """Where a change came from; kept with every row of history."""

    PAGE = "page", "Page"
    UPLOAD = "upload", "Upload"
    API = "api", "API"
    JOB = "job", "Job"
    COMMAND = "command", "Command"


class Lifecycle(models.TextChoices):
    """Derived words for a product's dates."""

    NEW = "new", "New"
    CURRENT = "current", "Current"
    ENDED = "ended", "Ended"


VIEWS_MAX = 30  # of one person on one page; a longer list is not chosen from
VIEW_NAME_MAX = 60
HORIZON_MIN, HORIZON_DEFAULT, HORIZON_MAX = 12, 18, 24  # months; a shorter view hides long lead times

JOB_ATTEMPTS = 5  # a chunk that kills five workers is broken, not unlucky

IMPORT_INLINE_ROWS = 20_000  # about 1.5 s while a person waits; more is brought in by a worker

# Tables whose rows the application's database role may add but never change or remove.
# History tables (historical*) are added to this list by `grant_app_role`.
APPEND_ONLY_TABLES: tuple[str, ...] = (
    "sop_changenote",
    "sop_cycleevent",
    "demand_forecastsnapshot",
    "publish_publishedplan",
    "publish_planline",
)

# Append-only tables whose rows belong to something sealed: none is added behind it (sop/sql/record.py).
SEALED_TABLES: tuple[str, ...] = ("publish_planline",)

# Whole tables of calculated rows; like tables that take files, the application may refresh their statistics.
CALCULATED_TABLES: tuple[str, ...] = (
    "demand_baseline",
    "demand_baselineseries",
    "demand_baselinepart",
    "demand_assumptioncell",
    "demand_assumptionsum",
    "demand_forecastsnapshot",
    "supply_supplyline",
    "supply_supplylane",
    "supply_supplyitem",
    "supply_supplyload",
    "supply_supplyrisk",
    "supply_riskgroup",
    "reconcile_scenarioline",
    "publish_planline",
)

# Tables of numbers people and files change: the database notes each change beside the history (sop/sql/record.py).
NUMBER_TABLES: tuple[str, ...] = (
    "sop_price",
    "sop_cost",
    "sop_budget",
    "sop_rate",
    "demand_override",
    "demand_assumption",
    "demand_cleansing",
    "supply_receiptoverride",
    "supply_leadtimeassumption",
    "supply_capacity",
    "supply_sourcing",
    "supply_onhand",
    "supply_purchaseorderline",
)
