"""What happens around every request: an id, a session that ends, refusals as sentences."""

import logging
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sop.constants import Source
from sop.models import User
from sop.refusals import Refused
from sop.request_context import acting
from sop.selectors.cycle import company, company_zone

logger = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Give every request an id, in the answer's header and in every history row it writes."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request inside its context; the user joins once authentication has run."""
        request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]
        source = Source.API if request.path.startswith("/api/") else Source.PAGE
        with acting(None, source, request.request_id):  # type: ignore[attr-defined]
            response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


class SessionAgeMiddleware:
    """End a session twelve hours after sign-in however busy it was, and name the acting person."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out old sessions; run the rest of the request as the signed-in person."""
        user = request.user if isinstance(request.user, User) else None
        if user is not None:
            since = request.session.setdefault("signed_in_at", time.time())
            if time.time() - since > settings.SESSION_ABSOLUTE_AGE:
                logout(request)
                return redirect(settings.LOGIN_URL)
        source = Source.API if request.path.startswith("/api/") else Source.PAGE
        with acting(user, source):
            return self.get_response(request)


class CompanyTimeMiddleware:
    """Show and read times of signed-in people's pages in the company's time zone."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request in the company's zone; the frame of the page finds the company on the request."""
        if not isinstance(request.user, User) or request.path.startswith("/api/"):
            return self.get_response(request)
        request.company = company()  # type: ignore[attr-defined]
        with timezone.override(company_zone(request.company)):  # type: ignore[attr-defined]
            return self.get_response(request)


class WayBackMiddleware:
    """Lead whoever loads an address again that only takes a form back to the page the form stood on.

    A refused form answers its page at the form's own address, with what was typed; loading that address anew, or coming
    back to it, asks by GET, which it does not offer.
    """

    KEPT = 20  # addresses per session; the oldest are forgotten

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Remember where a form that answered a page came from; answer a page's 405 with the way there."""
        response = self.get_response(request)
        if request.path.startswith("/api/") or getattr(request, "htmx", False) or not isinstance(request.user, User):
            return response
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if request.method == "POST" and is_page and not 300 <= response.status_code < 400:
            self._remember(request)
        wants_page = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("Accept", "")
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and wants_page:
            return redirect(request.session.get("way_back", {}).get(request.path) or "sop:home")
        return response

    def _remember(self, request: HttpRequest) -> None:
        """Keep the address of the page a form was sent from, if it is one of ours and not the form's own."""
        sent_from = urlsplit(request.headers.get("Referer", ""))
        if sent_from.netloc != request.get_host() or sent_from.path in {"", request.path}:
            return
        if sent_from.path.startswith("//"):  # as a redirect it would lead to another host
            return
        back: dict[str, str] = request.session.get("way_back", {})
        page = f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path
        page = back.get(page, page)  # another form on a page that a refusal showed
        others = [(path, at) for path, at in back.items() if path != request.path]
        request.session["way_back"] = dict([*others[1 - self.KEPT :], (request.path, page)])


class PasswordChangeMiddleware:
    """Whoever came in with a one-time password chooses their own before anything else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send the person to the password page until it is done; signing out stays possible."""
        user = request.user
        free = {reverse("sop:password"), reverse("sop:sign-out")}
        if isinstance(user, User) and user.must_change_password and request.path not in free:
            if request.path.startswith("/api/"):
                return JsonResponse({"error": "Sign in on the page and choose your own password first."}, status=403)
            return redirect("sop:password")
        return self.get_response(request)


class RefusalMiddleware:
    """Turn a rule's refusal that no view caught into a sentence with its status."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a Refused; leave everything else to rise and be logged."""
        if not isinstance(exception, Refused):
            return None
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"error": str(exception)}, status=exception.status)
        template = "components/refusal.html" if getattr(request, "htmx", False) else "refusal.html"
        return render(request, template, {"refusal": str(exception)}, status=exception.status)
