"""Keeping, renaming and dropping one's own views of a page."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sop.constants import VIEW_NAME_MAX, VIEWS_MAX
from sop.models import SavedView, User
from sop.refusals import NotAllowed, Refused
from sop.services.view_state import view_state
from sop.view_pages import viewed


@transaction.atomic
def view_save(*, user: User, page: str, name: str, state: Any) -> SavedView:
    """Keep a view under a name; the same name again takes the new state. Refuses a state of another shape."""
    known = viewed(page)
    if known is None:
        raise Refused("Views of this page cannot be kept.")
    if not user.has_perm(known.right):
        raise NotAllowed("Your role does not include this page.")
    name, kept = _name(name), view_state(known, state)
    own = list(_own_locked(user).filter(page=page))
    if name not in {view.name for view in own} and len(own) >= VIEWS_MAX:
        raise Refused(f"You have {len(own)} views of this page; delete one you no longer use.")
    view, _ = SavedView.objects.update_or_create(user=user, page=page, name=name, defaults={"state": kept})
    return view


@transaction.atomic
def view_change(*, user: User, view_id: int, name: str | None = None, is_default: bool | None = None) -> SavedView:
    """Give an own view another name, or let the page open with it or no longer; what is None stays as it is."""
    view = _own(user, view_id)
    others = SavedView.objects.filter(user=user, page=view.page).exclude(pk=view.pk)
    if name is not None:
        view.name = _name(name)
        if others.filter(name=view.name).exists():
            raise Refused(f"You already have a view called {view.name}.")
    if is_default is not None:
        view.is_default = is_default
        if is_default:
            others.filter(is_default=True).update(is_default=False)
    view.save(update_fields=["name", "is_default", "updated_at"])
    return view


@transaction.atomic
def view_delete(*, user: User, view_id: int) -> SavedView:
    """Drop an own view; return what it was."""
    view = _own(user, view_id)
    SavedView.objects.filter(pk=view.pk).delete()  # the instance keeps its key, for the answer
    return view


def _own(user: User, view_id: int) -> SavedView:
    found = {view.pk: view for view in _own_locked(user)}
    if view_id not in found:
        raise Refused("This view is not yours, or was deleted.")
    return found[view_id]


def _own_locked(user: User) -> QuerySet[SavedView]:
    """Return the person's views; two windows of one person wait for each other, so that limits and names hold."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return SavedView.objects.filter(user=user)


def _name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())
    if not name:
        raise Refused("Name the view.")
    if len(name) > VIEW_NAME_MAX:
        raise Refused(f"A view's name has at most {VIEW_NAME_MAX} characters; this one has {len(name)}.")
    return name
