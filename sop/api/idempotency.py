"""A write sent twice is done once: the same key with the same request gets the same answer."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from sop.models import IdempotencyKey, User
from sop.refusals import Conflict

HEADER = "Idempotency-Key"
KEPT = timedelta(days=7)  # long enough for a program that was down over a weekend
LENGTH_MAX = 80


def once(request: Request, user: User, body: bytes, run: Callable[[], Response]) -> Response:
    """Return the answer of `run`, or the one given before to the same person, key and request.

    The key is remembered in the transaction of the write itself: a write that failed or was refused has changed
    nothing and is not remembered, so that it can be sent again. Of two at once the second waits for the first.
    Raises Conflict when the key was used for another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return run()
    if not 1 <= len(key) <= LENGTH_MAX or not key.isprintable():
        raise ValidationError({HEADER: [f"Give 1 to {LENGTH_MAX} printable characters."]})
    with transaction.atomic():
        known = _remembered(user, key, _fingerprint(request, body))
        if known.status is not None:
            return Response(known.answer, status=known.status, headers={"Idempotency-Replayed": "true"})
        response = run()
        known.status, known.answer = response.status_code, json.loads(JSONRenderer().render(response.data))
        known.save(update_fields=["status", "answer"])
    return response


def _remembered(user: User, key: str, fingerprint: str) -> IdempotencyKey:
    """Return the key's row, locked; a new one has no status yet. Rows past their time are taken away."""
    mine = IdempotencyKey.objects.filter(user=user)
    old = mine.select_for_update(skip_locked=True).filter(created_at__lt=timezone.now() - KEPT)
    mine.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    IdempotencyKey.objects.bulk_create(
        [IdempotencyKey(user=user, key=key, request_hash=fingerprint)], ignore_conflicts=True
    )
    known = mine.select_for_update().get(key=key)
    if known.request_hash != fingerprint:
        raise Conflict("This Idempotency-Key was used for another request; take a new key for a new write.")
    return known


def _fingerprint(request: Request, body: bytes) -> str:
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + body).hexdigest()
