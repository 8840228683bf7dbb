"""Programs' keys: made and revoked by the person whose rights they carry."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from sop.models import ApiToken, User
from sop.refusals import Refused

DAYS_MAX = 365  # a key nobody renews within a year is one nobody remembers
TOKENS_MAX = 20


def token_hash(text: str) -> str:
    """Return the SHA-256 a token is stored as; tokens are long and random, so no salt is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def token_create(*, user: User, name: str, days: int, read_only: bool) -> tuple[ApiToken, str]:
    """Return a token's row and its text, which is shown once and stored only as a hash."""
    if not name.strip():
        raise Refused("Name the program that will use this token.")
    if not 1 <= days <= DAYS_MAX:
        raise Refused(f"A token lasts 1 to {DAYS_MAX} days; {days} is not possible.")
    now = timezone.now()
    if ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now).count() >= TOKENS_MAX:
        raise Refused(f"You hold {TOKENS_MAX} tokens; revoke one you no longer use.")
    text = "sop_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=text[:8],
        hash=token_hash(text),
        read_only=read_only,
        expires_at=now + timedelta(days=days),
    )
    return token, text


@transaction.atomic
def token_revoke(*, user: User, token_id: int) -> ApiToken:
    """Make one's own token useless from its next request on."""
    token = ApiToken.objects.select_for_update().filter(pk=token_id, user=user).first()
    if token is None:
        raise Refused("This token is not yours, or does not exist.")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token
