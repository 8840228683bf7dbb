"""A person at the running product without a browser: signs in, opens pages, fills in the forms that stand on them."""

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from http.cookiejar import CookieJar
from re import DOTALL, search, sub
from typing import Any

from tests.support.html_form import HtmlForm, Value, forms_of

PASSWORD = "a long word only {name} knows"
SECONDS = 60


@dataclass(frozen=True)
class Page:
    """What one request answered."""

    url: str
    status: int
    content: bytes

    @cached_property
    def html(self) -> str:
        """Return the answer as text."""
        return self.content.decode()

    @cached_property
    def words(self) -> str:
        """Return what a person reads in the main part of the page, blanks folded."""
        found = search(r"<main.*</main>", self.html, DOTALL)
        text = sub(r"<(script|style|option|datalist)\b.*?</\1>", " ", found[0] if found else self.html, flags=DOTALL)
        return " ".join(unescape(sub(r"<[^>]+>", " ", text)).split())

    @property
    def path(self) -> str:
        """Return the address without its host."""
        return urllib.parse.urlsplit(self.url).path

    def form(self, action: str = "") -> HtmlForm:
        """Return the one form whose path ends like this; without, the one that comes back to the page itself."""
        forms = [form for form in forms_of(self.html) if form.method == "post"]
        found = [form for form in forms if (_path(form).endswith(action) if action else not form.action)]
        assert len(found) == 1, (
            f"{self.url} ({self.status}): {action!r} among {[f.action for f in forms]}: {self.words}"
        )
        return found[0]

    def offers(self, action: str) -> bool:
        """Tell whether a form goes there."""
        return any(_path(form).endswith(action) and form.can_send for form in forms_of(self.html))


def _path(form: HtmlForm) -> str:
    return form.action.partition("?")[0]


class Person:
    """One signed-in session over HTTP."""

    def __init__(self, base: str, name: str) -> None:
        self.base, self.name = base.rstrip("/"), name
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def sign_in(self, password: str = "") -> Page:
        """Sign in; with a one-time password, choose one's own on the page that asks for it."""
        own = PASSWORD.format(name=self.name)
        page = self.press("/sign-in/", "/sign-in/", username=self.name, password=password or own)
        if page.path == "/account/password/":
            page = self.send(page, page.form(), old=password, new=own, again=own)
        assert page.path == "/", page.words
        return page

    def get(self, path: str, *, status: int = 200) -> Page:
        """Open a page."""
        return self._ask(urllib.request.Request(self.base + path), status)

    def press(self, path: str, action: str = "", *, status: int = 200, **values: Value) -> Page:
        """Open a page, fill in its form that goes to `action`, click its button."""
        page = self.get(path)
        return self.send(page, page.form(action), status=status, **values)

    def send(self, page: Page, form: HtmlForm, *, status: int = 200, **values: Value) -> Page:
        """Send a form of a page with some fields filled in."""
        body = urllib.parse.urlencode(form.filled(values), doseq=True).encode()
        return self._post(page, form.action, body, "application/x-www-form-urlencoded", status)

    def post(self, path: str, *, status: int, **values: str | int) -> Page:
        """Post to an address without its form, as somebody whose page is old does."""
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self._token(), **values}).encode()
        return self._post(self.get("/"), path, body, "application/x-www-form-urlencoded", status)

    def upload(self, path: str, file_name: str, content: bytes, **values: str) -> Page:
        """Give a file on a page's form."""
        page = self.get(path)
        form = page.form()
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, texts in form.filled(values).items()
            for text in texts
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n\r\n'
        body = ("".join(parts) + head).encode() + content + f"\r\n--{edge}--\r\n".encode()
        return self._post(page, form.action, body, f"multipart/form-data; boundary={edge}", 200)

    def json(self, path: str, data: Mapping[str, Any] | None = None, *, status: int = 200) -> Any:
        """Return what an address answers as JSON; with `data`, post it as the grid's script does."""
        return self._json(path, data, status)[1]

    def answered(self, path: str, data: Mapping[str, Any]) -> tuple[int, Any]:
        """Return status and JSON of a post whose answer is not known beforehand."""
        return self._json(path, data, None)

    def _json(self, path: str, data: Mapping[str, Any] | None, status: int | None) -> tuple[int, Any]:
        body = None if data is None else json.dumps(data).encode()
        head = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self._token()}
        page = self._ask(urllib.request.Request(self.base + path, body, head), status)
        return page.status, json.loads(page.content)

    def _post(self, page: Page, action: str, body: bytes, kind: str, status: int) -> Page:
        url = urllib.parse.urljoin(page.url, action)
        return self._ask(urllib.request.Request(url, body, {"Content-Type": kind, "Referer": page.url}), status)

    def _ask(self, request: urllib.request.Request, status: int | None) -> Page:
        try:
            with self.opener.open(request, timeout=SECONDS) as answer:
                page = Page(answer.url, answer.status, answer.read())
        except urllib.error.HTTPError as error:
            page = Page(request.full_url, error.code, error.read())
        assert status in (None, page.status), (
            f"{self.name}, {page.url}: {page.status}, not {status}: {page.words[:600]}"
        )
        return page

    def _token(self) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken"), "")
