"""Saying something about a number, and settling it, while the cycle is open."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from demand.models import Comment
from demand.selectors.comments import can_comment, comments_visible, people_seeing_row
from demand.selectors.layers import plan_months
from demand.selectors.rows import place_of, row_series
from demand.services.mentions import people_named
from sop.models import Cycle, User
from sop.refusals import Refused
from sop.request_context import current

TEXT_LENGTH = 2000  # as other notes
MENTIONS_MAX = 10  # a comment to everybody is a meeting
COLUMNS = {"f": "family_id", "p": "product_id", "s": "series_id"}


class NoSuchRow(Refused):
    """A row of others is as unknown as one that is not there."""

    status = 404


class CycleClosed(Refused):
    """Nobody talks about the numbers of a cycle that is over."""


@dataclass(frozen=True)
class Said:
    """What a person says of a grid row ("total", "f3", "p12", "s99"), in one month or, without one, about all of it."""

    row_id: str
    bucket: date | None
    text: str


@transaction.atomic
def comment_post(*, user: User, cycle_id: int, said: Said) -> Comment:
    """Keep a comment on a row this person sees; who is named by @ finds it on their home page.

    Raises NoSuchRow where the row is not theirs to see, Refused for an empty or overlong text, a month outside the
    plan, a name nobody has, or somebody who does not see the row: a comment must not tell what its reader may not see.
    """
    cycle = _cycle_open(cycle_id)
    place, seen = place_of(said.row_id), row_series(user, said.row_id)
    if place is None or seen is None or not seen.exists() or not user.has_perm("demand.view_demand"):
        raise NoSuchRow("You do not have this row in your grid.")
    text = said.text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise Refused("Write what you want to say.")
    if len(text) > TEXT_LENGTH:
        raise Refused(f"This has {len(text):,} characters; a comment has at most {TEXT_LENGTH:,}.")
    months = plan_months(cycle)
    if said.bucket is not None and said.bucket not in months:
        raise Refused(f"{said.bucket:%b %Y} is outside the plan ({months[0]:%b %Y} to {months[-1]:%b %Y}).")
    named = _mentioned(user, said.row_id, text)
    context = current()
    comment = Comment.objects.create(
        cycle=cycle,
        bucket=said.bucket,
        text=text,
        author=user,
        author_name=user.name,
        at=timezone.now(),
        source=context.source,
        request_id=context.request_id,
        **({COLUMNS[place.kind]: place.key} if place.kind else {}),
    )
    comment.mentioned.set(named)
    return comment


@transaction.atomic
def comment_resolve(*, user: User, cycle_id: int, comment_id: int) -> Comment:
    """Settle a comment: nobody is asked any more. Whoever has its row may; resolving twice changes nothing.

    Raises Refused where this person sees no such comment, and when the cycle is closed.
    """
    _cycle_open(cycle_id)
    seen = comments_visible(user).filter(pk=comment_id, cycle_id=cycle_id)
    comment = Comment.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=seen).first()
    if comment is None or not user.has_perm("demand.view_demand"):
        raise Refused("There is no such comment.")
    if comment.resolved_at is None:
        comment.resolved_by, comment.resolved_by_name, comment.resolved_at = user, user.name, timezone.now()
        comment.save(update_fields=["resolved_by", "resolved_by_name", "resolved_at"])
    return comment


def _cycle_open(cycle_id: int) -> Cycle:
    """Return an open cycle with a lock that holds off its closing; people who talk do not wait for each other."""
    locked = "select * from sop_cycle where id = %s for share"
    cycle = next(iter(Cycle.objects.raw(locked, [cycle_id])), None)
    if cycle is None:
        raise Refused("This cycle does not exist.")
    if not can_comment(cycle):
        raise CycleClosed(f"The {cycle} is closed: its comments can be read, and no longer written.")
    return cycle


def _mentioned(user: User, row_id: str, text: str) -> list[User]:
    """Return who is named, the writer aside; refuse the names of people who have no such row."""
    if "@" not in text:
        return []
    named = [each for each in people_named(text, User.objects.filter(is_active=True)) if each != user]
    if len(named) > MENTIONS_MAX:
        raise Refused(f"This names {len(named)} people; name at most {MENTIONS_MAX}.")
    seeing = set(people_seeing_row(row_id).filter(pk__in=[each.pk for each in named]))
    blind = [each.name for each in named if each not in seeing]
    if blind:
        who, do = " and ".join(blind), "does" if len(blind) == 1 else "do"
        raise Refused(f"{who} {do} not have this row and could not look at it; write on a row they share with you.")
    return named
