"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sop.forms.cycle import CycleOpenForm
from sop.selectors import home as selectors
from sop.views.request import signed_in


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Tell the person what to do next and by when."""
    return render(request, "home/home.html", {"home": selectors.home(signed_in(request)), "form": CycleOpenForm()})
