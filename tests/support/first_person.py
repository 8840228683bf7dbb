"""Somebody who may sign in on an empty installation, for browser tests that need no more."""

from django.contrib.auth.hashers import Argon2PasswordHasher

from sop.constants import Role
from sop.models import User
from tests.factories import person_make


def first_person(username: str = "pat") -> User:
    """Return a person with every role and the password the browser's sign-in types.

    The product hashes as in production, whatever these tests use for themselves.
    """
    user = person_make(username, *Role)
    hasher = Argon2PasswordHasher()
    user.password = hasher.encode(f"demo-{username}", hasher.salt())
    user.save()
    return user
