"""What holds on every page: focus and place after an error, what works without script, and the end of a sign-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.children import FOUND
from tests.e2e.people import Person, arrive, sign_in
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

IN_VIEW = """() => {
  const place = document.querySelector(".govuk-error-summary").getBoundingClientRect()
  return place.top >= 0 && place.top < window.innerHeight
}"""
IDLE_S = 30 * 60
SHORT = {"width": 1100, "height": 480}
"""So low that a page which scrolls past its summary is seen to."""


@pytest.fixture
def stranger(browser: Browser, base: str) -> Person:
    return arrive(browser, base)


@pytest.fixture(scope="module")
def signed_in_once(browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]) -> Person:
    """A lead of whom nobody else has need; one sign-in, for a code is good only once."""
    person = arrive(browser, base)
    sign_in(person, portal, accounts["third_lead"])
    return person


@pytest.fixture
def watched(browser: Browser, base: str, signed_in_once: Person) -> Person:
    """That lead, at a browser of their own whose clock the test sets."""
    person = arrive(browser, base)
    person.context.add_cookies(signed_in_once.context.cookies())  # type: ignore[arg-type]
    person.go("/find")
    person.page.clock.install()
    return person


def at_the_summary(person: Person, name: str) -> None:
    """After the page has loaded whole, which is when browsers go to a fragment of the address."""
    person.page.wait_for_load_state("load")
    person.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert person.page.title().startswith("Error: ")
    assert person.page.evaluate("document.activeElement.className").startswith("govuk-error-summary"), name
    assert person.page.evaluate(IN_VIEW), name


def to_the_form(lead: Person) -> None:
    lead.begin_concern(FOUND.upn, FOUND.given_name)


def a_wrong_find(lead: Person, tab: str) -> None:
    lead.go("/find")
    if tab == "name":
        lead.page.get_by_role("tab", name="By name and date of birth").click()
    lead.press("Find by name" if tab == "name" else "Find by UPN")


@pytest.mark.parametrize("tab", ["upn", "name"])
def test_find_with_errors_is_at_its_summary_in_the_tab_that_was_sent(lead: Person, tab: str) -> None:
    lead.page.set_viewport_size(SHORT)  # type: ignore[arg-type]
    a_wrong_find(lead, tab)
    at_the_summary(lead, tab)
    assert lead.page.locator(f"#by-{tab}").is_visible()
    assert lead.page.evaluate("location.hash") == ""
    lead.looks_right(f"find-error-{tab}")


def test_every_form_of_a_concern_with_errors_is_at_its_summary(lead: Person) -> None:
    lead.page.set_viewport_size(SHORT)  # type: ignore[arg-type]
    lead.find_upn(FOUND.upn)
    lead.press(f"Send a concern or update about {FOUND.given_name}")
    lead.press("Continue")
    at_the_summary(lead, "gate")
    lead.choose("They may be at risk of significant harm")
    lead.press("Continue")
    lead.press("I have called: write the follow-up")
    lead.press("Continue")
    at_the_summary(lead, "called")
    to_the_form(lead)
    for step in ("kind", "what-has-happened", "parents", "what-the-school-did"):
        lead.go(f"/concern/{draft_of(lead)}/{step}")
        lead.press("Continue")
        at_the_summary(lead, step)
    lead.go("/drafts/described")
    lead.press("Continue")
    at_the_summary(lead, "described")
    lead.looks_right("draft-described-error")


def draft_of(lead: Person) -> str:
    return lead.page.url.split("/concern/")[1].split("/")[0]


def test_a_concern_that_is_not_confirmed_is_at_its_summary(lead: Person) -> None:
    lead.page.set_viewport_size(SHORT)  # type: ignore[arg-type]
    to_the_form(lead)
    lead.write_concern()
    lead.press("Send")
    at_the_summary(lead, "check")


def test_signing_in_with_errors_is_at_its_summary(stranger: Person, accounts: dict[str, dict[str, str]]) -> None:
    stranger.page.set_viewport_size(SHORT)  # type: ignore[arg-type]
    stranger.go("/sign-in")
    stranger.press("Continue")
    at_the_summary(stranger, "sign-in")
    stranger.looks_right("sign-in-error")
    account = accounts["headteacher"]
    stranger.fill(email=account["email"], password=account["password"])
    stranger.press("Continue")
    stranger.press("Continue")
    at_the_summary(stranger, "code")
    stranger.looks_right("code-error")


@pytest.mark.parametrize(
    ("who", "path", "button"),
    [
        ("two_schools", "/school", "Continue"),
        ("triage_officer", "/referral", "Open"),
        ("data_protection_officer", "/record", "Search"),
    ],
)
def test_other_forms_with_errors_are_at_their_summary(
    signed_in: Callable[..., Person], who: str, path: str, button: str
) -> None:
    person = signed_in(who)
    person.page.set_viewport_size(SHORT)  # type: ignore[arg-type]
    person.go(path)
    if path == "/school":
        person.page.locator("input[type=radio]").evaluate_all("all => all.forEach(one => { one.checked = false })")
    if path == "/record":
        person.page.locator("#since-day").fill("99")
    person.press(button)
    at_the_summary(person, path)
    person.looks_right(f"error{path.replace('/', '-')}")


def test_what_is_hidden_is_hidden_whatever_its_style(lead: Person) -> None:
    """`hidden` on a button of GOV.UK's loses against the button's own `display`, unless a style of ours says more."""
    lead.go("/find")
    for part in ("govuk-button", "govuk-summary-list__row", "govuk-grid-row", "portal-bar__list", "govuk-tabs__list"):
        lead.page.evaluate(
            "name => document.body.insertAdjacentHTML('beforeend', `<i id=${name} class=${name} hidden>x</i>`)", part
        )
        assert lead.page.locator(f"#{part}").is_hidden(), part


# The end of a sign-in


def soon(page: Page) -> bool:
    return page.get_by_role("dialog", name="You will be signed out soon").is_visible()


def test_a_sign_in_that_ends_soon_is_warned_of_and_a_press_extends_it(watched: Person) -> None:
    watched.go("/find")
    watched.page.locator("#upn-upn").fill("B801")
    watched.page.clock.fast_forward((IDLE_S - 6 * 60) * 1000)
    assert not soon(watched.page)
    watched.page.clock.fast_forward(2 * 60 * 1000)
    assert soon(watched.page)
    assert watched.page.evaluate("document.activeElement.textContent") == "Stay signed in"
    watched.looks_right("session-soon")
    with watched.page.expect_response("**/session"):
        watched.page.keyboard.press("Enter")
    watched.page.get_by_role("dialog").wait_for(state="hidden")
    assert watched.page.locator("#upn-upn").input_value() == "B801"
    watched.page.clock.fast_forward((IDLE_S - 6 * 60) * 1000)
    assert not soon(watched.page)


def test_a_sign_in_that_cannot_be_extended_says_so(watched: Person) -> None:
    watched.go("/find")
    body = '<p data-portal-left="300"></p>'
    watched.page.route("**/session", lambda route: route.fulfill(body=body, content_type="text/html"))
    watched.page.clock.fast_forward((IDLE_S - 5 * 60 + 1) * 1000)
    watched.page.get_by_role("button", name="Stay signed in").click()
    watched.page.get_by_role("dialog", name="You cannot stay signed in for longer").wait_for()
    watched.page.keyboard.press("Escape")
    watched.page.clock.fast_forward(60 * 1000)
    assert watched.page.get_by_role("dialog").count() == 0


def test_a_press_that_reaches_nobody_says_so(watched: Person) -> None:
    watched.go("/find")
    watched.page.route("**/session", lambda route: route.abort())
    watched.page.clock.fast_forward((IDLE_S - 4 * 60) * 1000)
    watched.page.get_by_role("button", name="Stay signed in").click()
    watched.page.get_by_text("We could not reach the service. Try again.").wait_for()
    assert soon(watched.page)
    watched.complaints.clear()


def test_a_page_in_the_background_extends_nothing_by_itself(watched: Person) -> None:
    watched.go("/find")
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)
    watched.page.locator("#upn-upn").fill("B801")
    watched.page.clock.fast_forward((IDLE_S + 60) * 1000)
    assert watched.page.get_by_role("dialog", name="You have been signed out").is_visible()
    watched.looks_right("session-over")
    assert watched.page.locator("#upn-upn").input_value() == "B801"
    assert asked == []


def test_use_in_one_tab_is_known_in_the_others(watched: Person) -> None:
    watched.go("/find")
    watched.page.clock.fast_forward((IDLE_S - 4 * 60) * 1000)
    assert soon(watched.page)
    other = watched.context.new_page()
    other.clock.install()
    other.clock.fast_forward((IDLE_S - 4 * 60) * 1000)
    other.goto(f"{watched.base}/help")
    watched.page.get_by_role("dialog").wait_for(state="hidden")
    other.close()


def test_an_answer_does_not_stay_on_the_screen_of_whom_time_signed_out(watched: Person) -> None:
    watched.find_upn(FOUND.upn)
    watched.page.clock.fast_forward((IDLE_S + 60) * 1000)
    watched.page.wait_for_url("**/session")
    assert FOUND.family_name not in watched.page.content()


def test_what_an_officer_found_does_not_stay_on_the_screen_either(
    browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]
) -> None:
    person = arrive(browser, base)
    sign_in(person, portal, accounts["data_protection_officer"])
    person.page.clock.install()
    person.fill(person="Fernshaw")
    person.press("Search")
    person.page.clock.fast_forward((IDLE_S + 60) * 1000)
    person.page.wait_for_url("**/session")


def test_staying_signed_in_works_without_script_and_leaves_what_is_typed(
    browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]
) -> None:
    plain = arrive(browser, base, script=False)
    sign_in(plain, portal, accounts["two_schools"])
    plain.page.get_by_role("radio").first.check()
    plain.press("Continue")
    plain.page.locator("#upn-upn").fill("B801")
    with plain.context.expect_page() as opened:
        plain.page.get_by_role("link", name="Stay signed in (opens in a new tab)").click()
    assert opened.value.locator("h1").inner_text() == "You are still signed in"
    assert "You will be signed out at" in opened.value.locator("main").inner_text()
    assert plain.page.locator("#upn-upn").input_value() == "B801"
    assert plain.page.get_by_role("dialog").count() == 0
    Person(plain.context, opened.value, base).shoot("session")


@pytest.mark.parametrize("path", ["/session", "/school", "/help", "/find"])
def test_pages_around_the_journeys_look_right(signed_in: Callable[..., Person], path: str) -> None:
    both = signed_in("two_schools")
    both.go(path)
    assert both.page.title().startswith(both.heading)
    assert both.page.evaluate("document.activeElement === document.body && window.scrollY === 0")
    both.looks_right(f"around{path.replace('/', '-')}")
