"""What the writes of the executive review have in common: who may, and what must come first."""

from sop.models import User
from sop.refusals import NotAllowed, Refused


class NotReady(Refused):
    """Something that must come first is not there yet; the sentence names it."""


def need(user: User, permission: str, sentence: str) -> None:
    """Refuse whoever lacks the right, with a sentence."""
    if not user.has_perm(permission):
        raise NotAllowed(sentence)
