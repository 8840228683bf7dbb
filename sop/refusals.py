"""Saying no: a rule that refuses speaks to the person who asked."""


class Refused(Exception):
    """A rule refuses; the message is a sentence for the person, with the number that broke it."""

    status = 422


class StepClosed(Refused):
    """The step is closed: nothing in it can change any more."""


class NotAllowed(Refused):
    """The person may not do this, or not to this row."""

    status = 403


class Conflict(Refused):
    """Somebody else changed the same thing first; the message says who, when and to what."""

    status = 409
