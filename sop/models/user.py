"""People."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from sop.constants import Role
from sop.models.history import history


class User(AbstractUser):
    """One row is one person; people are deactivated, never deleted, so that history keeps its names."""

    first_name = None  # type: ignore[assignment]  # one name, as the person writes it
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=150)
    must_change_password = models.BooleanField(default=False)
    theme = models.CharField(
        max_length=6, default="system", choices=[(v, v.title()) for v in ("system", "light", "dark")]
    )

    REQUIRED_FIELDS = ["name", "email"]
    # An old password's hash is nobody's business, and neither are sign-ins or taste.
    history = history(without=("password", "last_login", "theme"))

    class Meta(AbstractUser.Meta):
        """Two accounts that differ by case only would be one person's trap."""

        constraints = [models.UniqueConstraint(Lower("username"), name="user_username_any_case")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name the person goes by."""
        return self.name

    def get_short_name(self) -> str:
        """Return the same name; there is only one."""
        return self.name

    @cached_property
    def roles(self) -> frozenset[str]:
        """Return the role codes this person holds (group names are role codes)."""
        return frozenset(group.name for group in self.groups.all()) & set(Role.values)

    @property
    def role_label(self) -> str:
        """Return the roles in words, in the table's order."""
        return ", ".join(role.label for role in Role if role in self.roles) or "No role"
