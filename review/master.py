"""The screen that names whose signature every plan needs."""

from review.models import Approver
from sop.master_spec import MasterTable, Shown, register

APPROVERS = MasterTable(
    "approvers",
    "Approvers",
    "an approver",
    "Executive review",
    Approver,
    (
        Shown("Function", "function"),
        Shown("Person", "user__name"),
        Shown("Order", "number", "number"),
        Shown("Signs", "active", "yes"),
    ),
    "sop.manage_people",
    fields=("user", "function", "number", "active"),
    search=("function", "user__name"),
    order=("number",),
    view="review.view_review",
    files=False,
    people="review.approve_plan",
)

register(APPROVERS)
