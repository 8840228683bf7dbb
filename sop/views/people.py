"""Signing in, and the coordinator's pages about people."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sop.forms.people import PersonForm, PersonNewForm, SignInForm
from sop.models import User
from sop.refusals import Refused
from sop.selectors import people as selectors
from sop.services import people as services
from sop.views.request import signed_in

TOO_MANY = 429


class SignIn(LoginView):
    """Ask for name and password; whoever is signed in goes home."""

    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


sign_in = login_not_required(require_http_methods(["GET", "HEAD", "POST"])(SignIn.as_view()))
sign_out = LogoutView.as_view()  # POST only


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any) -> HttpResponse:
    """Tell somebody who failed too often how long to wait; called by django-axes."""
    form = SignInForm(request, initial={"username": request.POST.get("username", "")})
    return render(request, "people/sign_in.html", {"form": form, "locked": True}, status=TOO_MANY)


@require_safe
@permission_required("sop.manage_people", raise_exception=True)
def people(request: HttpRequest) -> HttpResponse:
    """List everybody with roles and territory; deactivated people on their own tab."""
    inactive = request.GET.get("show") == "inactive"
    page = {
        "people": selectors.people(inactive=inactive),
        "inactive": inactive,
        "unowned": selectors.customers_without_owner(),
    }
    return render(request, "people/people.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("sop.manage_people", raise_exception=True)
def person_new(request: HttpRequest) -> HttpResponse:
    """Create a person; their one-time password is shown once."""
    form = PersonNewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            person, password = services.person_create(
                user=signed_in(request),
                username=values["username"],
                name=values["name"],
                email=values["email"],
                roles=values["roles"],
                customer_ids=[customer.pk for customer in values["customers"]],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _password_page(request, person, password)
    return render(request, "people/person.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("sop.manage_people", raise_exception=True)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show and change one person; the history stands below."""
    found = get_object_or_404(User, pk=person_id)
    form = PersonForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            services.person_change(
                user=signed_in(request),
                person_id=person_id,
                name=values["name"],
                email=values["email"],
                roles=values["roles"],
                customer_ids=[customer.pk for customer in values["customers"]],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Saved. It holds from {values['name']}'s next click on.")
            return redirect("sop:people")
    return _person_page(request, found, form, status=422 if form.errors else 200)


@require_POST
@permission_required("sop.manage_people", raise_exception=True)
def person_deactivate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Lock a person out at once."""
    found = get_object_or_404(User, pk=person_id)
    try:
        services.person_deactivate(user=signed_in(request), person_id=person_id)
    except Refused as refusal:
        return _person_page(request, found, PersonForm(initial=_initial(found)), refusal=refusal)
    messages.success(request, f"{found.name} is signed out everywhere and cannot sign in any more.")
    return redirect("sop:people")


@require_POST
@permission_required("sop.manage_people", raise_exception=True)
def person_activate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let a person in again."""
    found = get_object_or_404(User, pk=person_id)
    services.person_activate(user=signed_in(request), person_id=person_id)
    messages.success(request, f"{found.name} can sign in again.")
    return redirect("sop:people")


@require_POST
@permission_required("sop.manage_people", raise_exception=True)
def person_password(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person a one-time password, shown once."""
    get_object_or_404(User, pk=person_id)
    found, password = services.password_reset(user=signed_in(request), person_id=person_id)
    return _password_page(request, found, password)


def _initial(found: User) -> dict[str, Any]:
    return {
        "name": found.name,
        "email": found.email,
        "roles": list(found.roles),
        "customers": list(found.customers.values_list("pk", flat=True)),
    }


def _password_page(request: HttpRequest, found: User, password: str) -> HttpResponse:
    response = render(request, "people/password_once.html", {"person": found, "password": password})
    response["Cache-Control"] = "no-store"
    return response


def _person_page(
    request: HttpRequest, found: User, form: PersonForm, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    page = {
        "form": form,
        "person": found,
        "history": selectors.person_history(found)[:30],
        "refusal": str(refusal) if refusal else "",
    }
    return render(request, "people/person.html", page, status=refusal.status if refusal else status)
