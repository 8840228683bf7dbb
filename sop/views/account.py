"""One's own account: password, look of the pages, programs' tokens."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sop.forms.people import PasswordForm, TokenForm
from sop.refusals import Refused
from sop.selectors import people as selectors
from sop.services.people import password_change, theme_set
from sop.services.tokens import token_create, token_revoke
from sop.views.request import signed_in


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own name, roles, territory, look of the pages and tokens."""
    return _account(request, TokenForm())


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; whoever came in with a one-time password starts here."""
    form = PasswordForm(request.POST or None, user=signed_in(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/password.html", {"form": form}, status=422 if form.errors else 200)
    user = password_change(user=signed_in(request), password=form.cleaned_data["new"])
    update_session_auth_hash(request, user)
    messages.success(request, "Your password is changed. Other devices are signed out.")
    return redirect("sop:home")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or as the system."""
    theme_set(user=signed_in(request), theme=request.POST.get("theme", ""))
    return redirect("sop:account")


@require_POST
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token and show its text this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _account(request, form, status=422)
    values = form.cleaned_data
    try:
        _, text = token_create(
            user=signed_in(request), name=values["name"], days=values["days"], read_only=not values["write"]
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _account(request, form, status=refusal.status)
    return _account(request, TokenForm(), text=text)


@require_POST
def token_end(request: HttpRequest, token_id: int) -> HttpResponse:
    """Revoke one's own token."""
    token = token_revoke(user=signed_in(request), token_id=token_id)
    messages.success(request, f"The token {token.name} no longer works.")
    return redirect("sop:account")


def _account(request: HttpRequest, form: TokenForm, *, text: str = "", status: int = 200) -> HttpResponse:
    page = {"form": form, "tokens": selectors.tokens(signed_in(request)), "token_text": text}
    response = render(request, "account/account.html", page, status=status)
    if text:
        response["Cache-Control"] = "no-store"
    return response
