"""People at their browsers: what they press and read, in a test's own words."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page, Response

from tests.support.portal import Portal

SHOTS = "PORTAL_E2E_SCREENSHOTS"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW, WIDE = {"width": 320, "height": 800}, {"width": 1100, "height": 900}
PAGE_MAX_MS = 60_000
SOON_S = 60.0
ASKS = "chrome-error://chromewebdata/"

T = TypeVar("T")


@dataclass
class Person:
    """Somebody at a browser of their own; keeps every address and title that the browser has seen."""

    context: BrowserContext
    page: Page
    base: str
    seen: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What the browser's console said is wrong: a refused inline style, a script that broke."""

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def press(self, name: str) -> str:
        """Press a button by its name, to a next page; gives the correlation of what was asked."""
        with self.page.expect_navigation() as leads:
            self.page.get_by_role("button", name=name, exact=True).click()
        return correlation_of(leads.value)

    def choose(self, *labels: str) -> None:
        for label in labels:
            self.page.get_by_label(label, exact=True).locator("visible=true").check()

    def fill(self, **fields: str) -> None:
        """By the id of each field, with underscores for hyphens where the id has them."""
        for name, value in fields.items():
            self.page.locator(f"#{name}").fill(value)

    def begin_concern(self, upn: str, name: str, danger: str = "No, it is not urgent") -> None:
        """About a child of the roll, through the gate."""
        self.find_upn(upn)
        self.press(f"Send a concern or update about {name}")
        self.choose(danger)
        self.press("Continue")

    def write_concern(self, words: str = "They came in without a coat again.", did: str = "We gave them one.") -> None:
        """Every question from the first one, one a page, up to the check."""
        self.choose("A new concern")
        self.press("Continue")
        self.fill(concern=words)
        for _ in range(3):  # what has happened; what the child said, and the family, which may be left out
            self.press("Continue")
        self.choose("Yes, and they agree")
        self.press("Continue")
        self.fill(done_so_far=did)
        self.press("Continue")
        self.press("Continue")  # how to reach them stands there already

    def send_concern(self) -> str:
        """From the check; gives the correlation."""
        self.page.locator("#confirm").check()
        return self.press("Send")

    @property
    def reference(self) -> str:
        """Of the confirmation."""
        return self.page.locator(".govuk-panel strong").inner_text()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def find_upn(self, upn: str, why: str = "Checking our records") -> str:
        self.go("/find")
        self.page.locator("#upn-upn").fill(upn)
        self.choose(why)
        return self.press("Find by UPN")

    def find_name(self, given: str, family: str, born: tuple[int, int, int] | None) -> str:
        self.go("/find")
        if (tab := self.page.get_by_role("tab", name="By name and date of birth")).count():
            tab.click()
        form = self.page.locator("#by-name")
        form.get_by_label("First name").fill(given)
        form.get_by_label("Last name").fill(family)
        for part, value in zip(("year", "month", "day"), born or (), strict=False):
            self.page.locator(f"#name-born-{part}").fill(str(value))
        form.get_by_label("Checking our records").check()
        return self.press("Find by name")

    def go_back(self) -> None:
        """Back to a page that a form led to: the browser kept nothing of it, asks, and sends that form again.

        A reload that comes while Chromium is still swapping its own page in is lost, and every later one with it.
        """
        with suppress(Error):  # ERR_CACHE_MISS: the browser's own page, which asks
            self.page.go_back()
        self.page.wait_for_url(ASKS)
        assert self.page.reload() is not None

    def looks_right(self, name: str) -> None:
        """No fault that axe can find, no sideways scrolling at 320 pixels (400 % zoom), nothing in the console."""
        self.shoot(name)
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": STANDARD}}).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
        self.page.set_viewport_size(NARROW)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        self.shoot(f"{name}-320")
        self.page.set_viewport_size(WIDE)
        assert self.complaints == []

    def shoot(self, name: str) -> None:
        if folder := os.environ.get(SHOTS):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def correlation_of(response: Response | None) -> str:
    """Of the first of a chain of redirects: that is the request that did something."""
    assert response is not None
    request = response.request
    while request.redirected_from is not None:
        request = request.redirected_from
    first = request.response()
    assert first is not None
    return first.header_value("x-correlation-id") or ""


def arrive(browser: Browser, base: str, *, script: bool = True) -> Person:
    """A new browser, with nothing in it."""
    context = browser.new_context(viewport=WIDE, java_script_enabled=script)  # type: ignore[arg-type]
    context.set_default_timeout(PAGE_MAX_MS)
    page = context.new_page()
    person = Person(context, page, base)
    page.on("load", lambda page: person.seen.append(f"{page.url} {page.title()}"))
    page.on("console", lambda said: _complain(person, said.type, said.text))
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    return person


def _complain(person: Person, kind: str, text: str) -> None:
    """A page's own status (422, 503) is no complaint; what the browser refused or could not run is."""
    if kind in ("error", "warning") and "Failed to load resource" not in text:
        person.complaints.append(text)


def sign_in(person: Person, portal: Portal, account: Mapping[str, str]) -> str:
    """With password and a fresh code, up to the first page; gives the correlation of the sign-in."""
    person.go("/sign-in")
    person.fill(email=account["email"], password=account["password"])
    person.press("Continue")
    person.fill(code=portal.code(account["email"]))
    return person.press("Continue")


def until(look: Callable[[], T], wanted: Callable[[T], bool], within_s: float = SOON_S) -> T:
    """Looks again until it is as wanted; each look asks the portal anew."""
    ends = time.monotonic() + within_s
    while not wanted(seen := look()):
        assert time.monotonic() < ends, f"not within {within_s:.0f} s: {seen!r}"
    return seen
