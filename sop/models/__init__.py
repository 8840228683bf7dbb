"""Tables of the ground floor."""

from sop.models.access import ApiToken, IdempotencyKey
from sop.models.company import Company, StepTemplate
from sop.models.cycle import Cycle, CycleEvent, CycleStep, StepProgress
from sop.models.data_import import Import, ImportMapping
from sop.models.history import ChangeNote
from sop.models.job import Job, JobChunk, Sweep
from sop.models.master import Customer, Family, Location, Product, Region, Supplier
from sop.models.money import Budget, Cost, Price, Rate
from sop.models.saved_view import SavedView
from sop.models.user import User

__all__ = [
    "ApiToken",
    "Budget",
    "ChangeNote",
    "Company",
    "Cost",
    "Customer",
    "Cycle",
    "CycleEvent",
    "CycleStep",
    "Family",
    "IdempotencyKey",
    "Import",
    "ImportMapping",
    "Job",
    "JobChunk",
    "Location",
    "Price",
    "Product",
    "Rate",
    "Region",
    "SavedView",
    "StepProgress",
    "StepTemplate",
    "Supplier",
    "Sweep",
    "User",
]
