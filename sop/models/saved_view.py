"""How a person wants to find a page: what it shows, under a name of their own."""

import json

from django.conf import settings
from django.db import models

from sop.constants import VIEW_NAME_MAX, ViewPage


class SavedView(models.Model):
    """One row is one person's named view of one page; `state` has the shape its page registered, see sop.view_pages."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=20, choices=ViewPage)
    name = models.CharField(max_length=VIEW_NAME_MAX)
    state = models.JSONField()
    is_default = models.BooleanField(default=False)  # the page opens with it
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """A name once per person and page, and one view to open with."""

        db_table = "demand_savedview"  # as it was called when only the demand grid had views
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="savedview_name_once"),
            models.UniqueConstraint(
                fields=["user", "page"], condition=models.Q(is_default=True), name="savedview_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def as_json(self) -> str:
        """Return the state as the page's script reads it."""
        return json.dumps(self.state)
