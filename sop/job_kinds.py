"""The kinds of background work; each step registers its own when it loads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sop.models import Job, JobChunk
    from sop.services.job import Lease

RunChunk = Callable[["JobChunk", "Lease"], None]
Finish = Callable[["Job"], dict[str, Any]]
Page = Callable[["Job"], str]


@dataclass(frozen=True)
class JobKind:
    """One kind of work: how a part is computed, and what is switched when all parts are there."""

    kind: str
    label: str
    run_chunk: RunChunk
    finish: Finish  # runs in the transaction that closes the job; returns what the page shows
    permission: str  # who beside the asker may stop it and read why it failed
    page: Page | None = None  # address of the page that shows the finished work


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make a kind of work known."""
    _kinds[kind.kind] = kind


def job_kinds() -> Mapping[str, JobKind]:
    """Return all kinds by their code."""
    return _kinds


def job_kind(kind: str) -> JobKind:
    """Return a kind by its code; a job of a kind nobody registered is a fault of the program."""
    return _kinds[kind]


def job_label(kind: str) -> str:
    """Return a kind's name for people; rows of a kind that a later version dropped keep their code."""
    return _kinds[kind].label if kind in _kinds else kind
