"""One transaction around a write."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from sop.refusals import Refused


@contextmanager
def whole() -> Iterator[None]:
    """Run the block whole or not at all; a rule of the table that breaks becomes a sentence.

    Rules a person breaks are found and told before; this is for what two people do at the same moment.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "a rule of the table"
        raise Refused(f"Nothing was written: this breaks {name.replace('_', ' ')}. Look at it again.") from error
