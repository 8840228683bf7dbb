"""System checks of our own: what must hold before the product starts."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.database, databases=["default"])
def postgres_is_the_database(**kwargs: Any) -> list[CheckMessage]:
    """Refuse anything but PostgreSQL: locks, constraints and decimals are promised by it."""
    if connection.vendor == "postgresql":
        return []
    return [Error("The database must be PostgreSQL.", id="sop.E001")]
