"""The first person of a new installation, as docs/operations.md says."""

import pytest
from django.core.management import call_command
from django.test import Client

from sop.models import User


@pytest.mark.django_db
def test_first_account_makes_the_coordinator_and_is_deactivated(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a password nobody keeps")
    call_command("createsuperuser", "--no-input", username="first", email="first@example.com", name="First")
    first = User.objects.get(username="first")
    client.force_login(first)
    client.post("/people/new/", {"username": "cora", "name": "Cora Simmons", "roles": ["coordinator"]})

    coordinator = User.objects.get(username="cora")
    User.objects.filter(pk=coordinator.pk).update(must_change_password=False)
    client.force_login(coordinator)
    client.post(f"/people/{first.pk}/deactivate/")
    first.refresh_from_db()
    assert not first.is_active
