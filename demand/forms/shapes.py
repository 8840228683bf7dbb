"""What all shapes share: limits of what a table holds, and the refusal of what cannot be read."""

from sop.refusals import Refused

ID_MAX = 2**63 - 1  # what a key holds; there is no such row
VERSION_MAX = 2**31 - 1  # more than any row has; such a row is refused as changed since


class Malformed(Refused):
    """What was sent cannot be read at all."""

    status = 400
