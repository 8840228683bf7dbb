"""Who may call which address: one line a route, checked with real requests by tests/web/test_permissions.py.

To add a route, add one line to TABLE: its full name and a rule for each method it offers.

    "demand:submit": Route(post="demand.override_forecast"),

A rule is a permission ("app.codename"), several of which one is enough (a tuple), EVERYONE (who is signed in) or
PUBLIC. A method without a rule must answer 405. Where an address names something that belongs to one person, say
in `foreign` which object of Ben's must stay out of Ana's reach: {"token_id": "token_of_ben"}. The numbers that fill
an address (cycle_id, step_id...) come from `world`; a name it does not know becomes 0, which is enough where the
view checks the permission before it looks the object up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sop.constants import Progress, StepKind
from sop.models import StepProgress
from sop.selectors.cycle import step
from sop.services.tokens import token_create
from tests.factories import Cast, cycle_make

EVERYONE = "everyone"
PUBLIC = "public"
NOBODY = ""
Rule = str | tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """Rules of one address by method."""

    get: Rule = NOBODY
    post: Rule = NOBODY
    put: Rule = NOBODY
    patch: Rule = NOBODY
    delete: Rule = NOBODY
    foreign: Mapping[str, str] = field(default_factory=dict)


def world(cast: Cast) -> dict[str, object]:
    """Return what fills the addresses: an open cycle in which Ana has submitted, a token of Ana's and one of Ben's."""
    cycle = cycle_make(cast)
    gather = step(cycle, StepKind.GATHER)
    part = StepProgress.objects.get(step=gather, user=cast.ana)
    part.state = Progress.SUBMITTED
    part.save()
    return {
        "cycle_id": cycle.pk,
        "step_id": gather.pk,
        "progress_id": part.pk,
        "person_id": cast.ben.pk,
        "token_id": token_create(user=cast.ana, name="Spreadsheet", days=9, read_only=True)[0].pk,
        "token_of_ben": token_create(user=cast.ben, name="Script", days=9, read_only=True)[0].pk,
    }


CLOSES_GATHER = ("demand.close_gather", "sop.open_cycle")

TABLE: dict[str, Route] = {
    # the ground floor
    "sop:home": Route(get=EVERYONE),
    "sop:sign-in": Route(get=PUBLIC, post=PUBLIC),
    "sop:sign-out": Route(post=EVERYONE),
    "sop:account": Route(get=EVERYONE),
    "sop:password": Route(get=EVERYONE, post=EVERYONE),
    "sop:theme": Route(post=EVERYONE),
    "sop:token-new": Route(post=EVERYONE),
    "sop:token-revoke": Route(post=EVERYONE, foreign={"token_id": "token_of_ben"}),
    "sop:people": Route(get="sop.manage_people"),
    "sop:person-new": Route(get="sop.manage_people", post="sop.manage_people"),
    "sop:person": Route(get="sop.manage_people", post="sop.manage_people"),
    "sop:person-deactivate": Route(post="sop.manage_people"),
    "sop:person-activate": Route(post="sop.manage_people"),
    "sop:person-password": Route(post="sop.manage_people"),
    "sop:cycles": Route(get=EVERYONE),
    "sop:cycle-new": Route(post="sop.open_cycle"),
    "sop:calendar": Route(get="sop.open_cycle", post="sop.open_cycle"),
    "sop:cycle": Route(get=EVERYONE),
    "sop:cycle-end": Route(post="sop.open_cycle"),
    "sop:step-close": Route(post=CLOSES_GATHER),
    "sop:step-open": Route(post=CLOSES_GATHER),
    "sop:step-reopen": Route(post="sop.open_cycle"),
    "sop:step-submit": Route(post=EVERYONE),
    "sop:step-ask-back": Route(post=CLOSES_GATHER),
    # gather demand
    "demand:adjust": Route(get="demand.view_demand"),
    # review
    "review:review": Route(get="review.view_review"),
}
