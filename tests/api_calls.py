"""Calling the API in tests as a program would: with a token."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sop.models import User
from sop.services.tokens import token_create


class Api:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)

    def get(self, address: str) -> Any:
        return self.client.get(address)

    def post(
        self, address: str, body: Any = None, *, key: str | None = None, content_type: str = "application/json"
    ) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.client.post(address, body if body is not None else b"", content_type=content_type, headers=headers)

    def rows(self, address: str) -> list[dict[str, Any]]:
        """Return the rows of one page; anything but a page fails."""
        answer: HttpResponse = self.get(address)
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()["results"]  # type: ignore[attr-defined]
        return found


def api_of(user: User, *, read_only: bool = False) -> Api:
    """Return a program that carries a person's rights."""
    return Api(token_create(user=user, name="Program", days=9, read_only=read_only)[1])


def calls_of(user: User, addresses: Sequence[str]) -> list[int]:
    """Return how many queries each address takes, once rights and the token's use are in the database."""
    api = api_of(user)
    api.get(addresses[0])
    counts = []
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(address).status_code == 200, address
        counts.append(len(queries))
    return counts
