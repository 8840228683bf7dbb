"""States of questions and approvals."""

from django.db import models


class QuestionState(models.TextChoices):
    """A decided question stays closed; a carried one opens again in the next cycle."""

    OPEN = "open", "Open"
    DECIDED = "decided", "Decided"
    CARRIED = "carried", "Carried to the next cycle"


class ApprovalState(models.TextChoices):
    """A signature is given once per pack and plan."""

    WAITING = "waiting", "Waiting"
    SIGNED = "signed", "Signed"
    REFUSED = "refused", "Refused"
