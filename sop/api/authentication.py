"""Programs sign in with a token; only its hash is stored."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from sop.models import ApiToken, User
from sop.request_context import become
from sop.services.tokens import token_hash

USED_EVERY = timedelta(minutes=5)  # how fresh `last used` is kept: a write per request would cost more than it tells


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer sop_...`"""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's owner, or None when no token was sent."""
        header: list[Any] = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise exceptions.AuthenticationFailed("Send one token: Authorization: Bearer TOKEN.")
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("user")
            .filter(hash=token_hash(header[1].decode(errors="replace")), revoked_at=None, expires_at__gt=now)
            .first()
        )
        if token is None or not token.user.is_active:
            raise exceptions.AuthenticationFailed("This token is unknown, expired or revoked.")
        if token.read_only and request.method not in SAFE_METHODS:
            raise exceptions.PermissionDenied("This token may only read.")
        if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        become(token.user)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Tell the program how to sign in."""
        return "Bearer"
