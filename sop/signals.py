"""Fill the facts of each history row as simple-history writes it, and the groups after each migration."""

from typing import Any

from django.apps import apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from sop.models import User
from sop.request_context import current


@receiver(pre_create_historical_record)
def history_facts_fill(sender: Any, **kwargs: Any) -> None:
    """Write who, from where and in which request onto the row about to be saved."""
    context = current()
    row = kwargs["history_instance"]
    row.history_user_name = context.user_name
    row.source = context.source
    row.request_id = context.request_id
    if row.history_user_id is None and context.user is not None:
        row.history_user_id = context.user.pk


@receiver(post_migrate)
def role_groups_write(sender: Any, **kwargs: Any) -> None:
    """Write the roles' permissions to groups once the last app's tables are there."""
    from sop.permissions import groups_write  # noqa: PLC0415  (needs the app registry)

    if sender is list(apps.get_app_configs())[-1]:
        groups_write()


@receiver(post_migrate)
def record_guards_install(sender: Any, **kwargs: Any) -> None:
    """Guard every table of record and of numbers once the last app's tables are there."""
    from sop.services.record import guards_install  # noqa: PLC0415  (needs the app registry)

    if sender is list(apps.get_app_configs())[-1]:
        guards_install()


# Django's own receiver of this name would save the person, a row of history at every sign-in; first come, it stays out.
@receiver(user_logged_in, dispatch_uid="update_last_login")
def sign_in_note(sender: Any, user: User, **kwargs: Any) -> None:
    """Keep the time of the last sign-in: it is no change of the account."""
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
