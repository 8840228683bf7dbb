"""The list of stock items as somebody last looked at it: filters, order and page, to go back to from an item."""

from django.http import HttpRequest
from django.urls import reverse

from sop.models import Cycle

KEPT = "supply_list"


def list_keep(request: HttpRequest, cycle: Cycle, query: str) -> None:
    """Remember what stands in the list's address after the question mark."""
    request.session[KEPT] = {"cycle": cycle.pk, "query": query}


def list_address(request: HttpRequest, cycle: Cycle) -> str:
    """Return the address of the list as last seen in a cycle; the whole list before any was seen."""
    kept, address = request.session.get(KEPT, {}), reverse("supply:workbench", args=[cycle.pk])
    return f"{address}?{kept['query']}" if kept.get("cycle") == cycle.pk else address
