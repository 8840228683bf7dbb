"""Pages of a real browser that remember every error a person would not see."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, Playwright, Response

from sop.local.venv import ROOT
from tests.support.live import Live

SHOTS = ROOT / ".shots"
QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")
# A refusal answers 4xx by design, and Chromium writes a console error for each.
REFUSED = re.compile(r"the server responded with a status of 4\d\d")
WIDTH, HEIGHT = 1360, 900


def launch(playwright: Playwright, path: str, *more: str) -> Browser:
    """Start the browser with `more` flags, without its sandbox where the account or the kernel does not allow one."""
    flags = [*QUIET, *more, *os.environ.get("BROWSER_ARGS", "").split()]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    try:
        return playwright.chromium.launch(executable_path=path, args=flags)
    except Error as error:
        if "sandbox" not in str(error).lower():
            raise
        return playwright.chromium.launch(executable_path=path, args=[*flags, "--no-sandbox", "--no-zygote"])


class Pages:
    """Opens pages on the running product and collects their errors."""

    def __init__(self, browser: Browser, live: Live) -> None:
        self.browser = browser
        self.live = live
        self.errors: list[str] = []

    def open(self, path: str = "/", *, user: str | None = None, width: int = WIDTH, height: int = HEIGHT) -> Page:
        """Return a page at `path` in a fresh context, signed in as `user` (password "demo-<user>")."""
        context = self.browser.new_context(
            base_url=self.live.url, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        page.on("dialog", self._on_dialog)
        page.on("response", self._on_response)
        if user:
            self.sign_in(page, user)
        page.goto(path)
        return page

    def sign_in(self, page: Page, user: str) -> None:
        """Sign in through the form, as a person does."""
        page.goto("/sign-in/")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", f"demo-{user}")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def check(self) -> None:
        """Fail when one of the pages had an error."""
        assert not self.errors, "the browser reported:\n" + "\n".join(self.errors)

    def close(self) -> None:
        """Close every page."""
        for context in self.browser.contexts:
            context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        # A breach of the content security policy arrives here too, as an error.
        if message.type == "error" and not REFUSED.search(message.text):
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.errors.append(f"{response.status} from {response.url}")


@contextmanager
def opened(browser: Browser, live: Live) -> Iterator[Pages]:
    """Yield pages; an error in one of them fails the test that opened it."""
    pages = Pages(browser, live)
    try:
        yield pages
    finally:
        pages.close()
    pages.check()


def shot(page: Page, name: str) -> Path:
    """Save a picture of the whole page as `.shots/<name>.png`."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
