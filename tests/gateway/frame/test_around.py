"""What is around every page for somebody signed in: who and where, until when, and why a form can be used no more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import httpx
import pytest

from services.gateway import words
from services.gateway.frame.cookies import LEFT, SESSION
from services.gateway.settings import Settings
from tests.gateway.frame.templates import SOURCES
from tests.gateway.world import (
    BY_UPN,
    CHILD,
    FOUND,
    LARCHMERE,
    MOSSGATE,
    UPN,
    WORKER,
    Neighbours,
    find,
    plain,
    sign_in,
    token,
)

BY_NAME = {
    "by": "name", "given_name": "Zoe Anais", "family_name": "OBrackenfold", "purpose": "records",
    "born-day": "17", "born-month": "10", "born-year": "2014",
}  # fmt: skip
ZOE = {**FOUND, "child": {**CHILD, "given_name": "Zoë-Anaïs", "family_name": "O'Brackenfold", "born": "2014-10-17"}}
ANSWERS = [
    (FOUND, "Answer: has an allocated worker"),
    ({"outcome": "no_open_case", "child": CHILD}, "Answer: has no allocated worker"),
    ({"outcome": "found", "child": CHILD}, "Answer: has an open case, but no worker is shown"),
    ({"outcome": "call_team"}, "Please call the children&#39;s reception team"),
    ({"outcome": "not_on_roll"}, "No child on your roll matches"),
    ({"outcome": "narrow"}, "Too many children match"),
    ({"outcome": "not_current"}, "We cannot be sure right now"),
]


# What was typed and what the record says (A8)


@pytest.mark.parametrize("outcome", ["found", "no_open_case"])
async def test_what_was_typed_and_what_the_record_says_are_two_lines(
    lead: httpx.AsyncClient, neighbours: Neighbours, outcome: str
) -> None:
    neighbours.answer = {**ZOE, "outcome": outcome}
    page = plain((await find(lead, BY_NAME)).text)
    assert "You searched for: Zoe Anais OBrackenfold, born 17 October 2014 The council's record: Zoë-Anaïs" in page
    assert "The council's record: Zoë-Anaïs O'Brackenfold, born 17 October 2014" in page


async def test_a_upn_that_was_typed_is_shown_in_the_page_and_not_in_its_title(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.answer = ZOE
    response = await find(lead, BY_UPN)
    assert f"You searched for: UPN {UPN} The council's record: Zoë-Anaïs" in plain(response.text)
    assert UPN not in response.text.partition("</title>")[0]


# Titles and ways back (C17)


@pytest.mark.parametrize(("answer", "title"), ANSWERS, ids=lambda value: str(value)[:40])
async def test_the_title_says_which_answer_it_is_and_names_nobody(
    lead: httpx.AsyncClient, neighbours: Neighbours, answer: dict[str, object], title: str
) -> None:
    neighbours.answer = answer
    page = (await find(lead, BY_UPN)).text
    assert f"<title>{title} – Schools Child Portal</title>" in page
    assert '<a class="govuk-back-link" href="/find">Back</a>' in page


FIRST = {
    "find/form.html", "sign_in/password.html", "signed_out.html", "sign_in/still_signed_in.html", "sign_in/typed.html",
    "sign_in/session.html", "record/search.html", "triage/open.html", "triage/queue.html",
}  # fmt: skip
"""Where a journey begins or ends: there is no step before it."""


@pytest.mark.parametrize("page", SOURCES)
def test_every_step_has_a_way_back(page: str) -> None:
    step = '{% extends "layout.html" %}' in SOURCES[page] and not page.startswith(("about/", "errors/"))
    assert not step or page in FIRST or "{% block before %}" in SOURCES[page]


# Who, where, until when (C16, C17)


@pytest.mark.parametrize("path", ["/find", "/help", "/school", "/nowhere", "/record", "/session"])
async def test_every_page_says_who_is_signed_in_as_what_and_where(lead: httpx.AsyncClient, path: str) -> None:
    header = plain((await lead.get(path)).text.partition("<header>")[2].partition("</header>")[0])
    assert "Mossgate School Calwyn Fernshaw, safeguarding lead" in header


async def test_every_page_says_when_the_sign_in_ends_and_how_to_stay(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = (await lead.get("/find")).text
    ends = words.clock(neighbours.ends_at)
    assert f"You will be signed out at {ends} if you do nothing. Stay signed in (opens in a new tab)" in plain(page)
    left = re.findall(r'data-portal-left="(\d+)"', page)[0]
    assert 1790 <= int(left) <= 1800


async def test_staying_signed_in_opens_a_page_that_says_until_when(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.ends_at = datetime.now(UTC) + timedelta(hours=2)
    page = (await lead.get("/session")).text
    assert f"You will be signed out at {words.clock(neighbours.ends_at)} if you do nothing. If you were" in plain(page)


def test_nothing_promises_that_a_page_of_an_ended_sign_in_can_be_sent() -> None:
    ending, help_ = (SOURCES[page] for page in ("ending.html", "about/accessibility.html"))
    assert "go on" not in ending
    assert "you are shown what you wrote, so that you can copy it" in plain(ending)
    assert "What you were writing is kept in either case" not in help_
    assert "scrolls sideways" not in help_


# Why a page can be used no more (C16)


async def test_a_page_of_another_school_names_the_change_and_keeps_what_was_typed(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    before = await token(lead)
    neighbours.acting = LARCHMERE
    response = await lead.post("/find", data={"token": before, **BY_UPN})
    assert response.status_code == 403
    assert "You changed to Larchmere School in another tab." in plain(response.text)
    assert f'value="{UPN}"' in response.text


async def test_a_school_changed_while_it_is_asked_is_named_and_the_same_form_can_be_sent_again(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    before = await token(lead)
    neighbours.meanwhile = ("acting-changed", LARCHMERE)
    response = await lead.post("/find", data={"token": before, **BY_UPN})
    assert "You changed to Larchmere School in another tab." in plain(response.text)
    assert "Mossgate" not in response.text
    given = re.findall(r'name="token" value="([0-9a-f]+)"', response.text)[1]
    assert (await lead.post("/find", data={"token": given, **BY_UPN})).status_code == 200


LOST = {**MOSSGATE, "why": "role_removed"}


@pytest.mark.parametrize("kind", ["nobody-acting", "acting-ended", "acting-changed"])
async def test_a_role_that_ends_while_it_is_asked_is_named_as_ended(
    lead: httpx.AsyncClient, neighbours: Neighbours, kind: str
) -> None:
    before, neighbours.lost, neighbours.meanwhile = await token(lead), LOST, (kind, None)
    response = await lead.post("/find", data={"token": before, **BY_UPN})
    assert response.status_code == 403
    assert "Your role at Mossgate School has ended: safeguarding lead." in plain(response.text)
    assert "another tab" not in response.text


async def test_who_cannot_be_asked_about_a_change_is_told_of_no_school_they_changed_to(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    before, neighbours.meanwhile, neighbours.then = await token(lead), ("acting-changed", LARCHMERE), "signed_out"
    response = await lead.post("/find", data={"token": before, **BY_UPN})
    assert response.status_code == 403
    assert "You changed to" not in plain(response.text)
    assert f'value="{UPN}"' in response.text


async def test_a_page_of_an_earlier_sign_in_says_so_and_keeps_what_was_typed(lead: httpx.AsyncClient) -> None:
    before = await token(lead)
    sign_in(lead, "another session")
    response = await lead.post("/find", data={"token": before, **BY_NAME})
    assert response.status_code == 403
    assert "You signed in again in another tab or window." in plain(response.text)
    assert 'value="OBrackenfold"' in response.text


@pytest.mark.parametrize("made_up", ["", "f" * 64, "é" * 128, "0" * 127])
async def test_a_page_that_is_not_ours_is_answered_with_nothing_that_was_typed(
    lead: httpx.AsyncClient, made_up: str
) -> None:
    response = await lead.post("/find", data={"token": made_up, **BY_UPN})
    assert response.status_code == 403
    assert UPN not in response.text


async def test_another_tab_names_a_sign_out_as_the_cause(lead: httpx.AsyncClient) -> None:
    before = await token(lead)
    leaving = re.findall(r'name="token" value="([0-9a-f]+)"', (await lead.get("/help")).text)[0]
    await lead.post("/sign-out", data={"token": leaving})
    response = await lead.post("/find", data={"token": before, **BY_UPN})
    assert response.status_code == 401
    assert "You signed out in another tab or window." in plain(response.text)


async def test_another_tab_names_the_time_as_the_cause(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.over = "time"
    assert "Nothing was opened or sent for some time" in (await lead.get("/find")).text
    assert SESSION not in lead.cookies
    for again in (await lead.post("/find", data=BY_UPN), await lead.get("/session")):
        assert "Nothing was opened or sent for some time" in again.text


async def test_a_made_up_cause_is_not_believed(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/find", data=BY_UPN, headers={"cookie": f"{LEFT}=Canary"})
    assert "You are not signed in." in response.text
    assert "Canary" not in response.text


# Whom to ask about the portal (C17)


@pytest.mark.parametrize("path", ["/help", "/accessibility", "/sign-in", "/nowhere", "/concern"])
async def test_whom_to_ask_about_the_portal_is_not_the_number_for_children(
    browser: httpx.AsyncClient, path: str
) -> None:
    page = plain((await browser.get(path)).text)
    assert "write to portal.support@council.example or call 01632 960 400" in page


async def test_a_portal_without_support_does_not_start(settings: Settings) -> None:
    given = settings.model_dump() | {"support_email": None, "support_phone": None}
    with pytest.raises(ValueError, match="GATEWAY_SUPPORT_EMAIL"):
        Settings.model_validate(given)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Monday to Friday, 8.30am to 5pm", "Monday to Friday, 8:30am to 5pm"),
        ("8:30 AM – 5.00 p.m.", "8:30am – 5pm"),
        ("24 hours, every day", "24 hours, every day"),
    ],
)
async def test_hours_are_written_one_way_whoever_wrote_them(
    lead: httpx.AsyncClient, neighbours: Neighbours, written: str, shown: str
) -> None:
    duty = {"team": "Northbrook", "phone": "01632 960111", "hours": written}
    line = {"callable": False, "duty_phone": "01632 960111", "duty_hours": written}
    neighbours.answer = {**FOUND, "duty": duty, "workers": [{**WORKER, **line}]}
    assert plain((await find(lead, BY_UPN)).text).count(f"01632 960111, {shown}") == 2


# What came from outside (B9)

TURNED = "\u202eolleH"


class Loose(HTMLParser):
    """Text that holds a sign which turns what follows, outside of an element that keeps it to itself."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.found: list[str] = []
        self.kept = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within += [tag] if tag in ("bdi", "textarea") else []

    def handle_endtag(self, tag: str) -> None:
        self.within = self.within[: -1 if tag in ("bdi", "textarea") else None]

    def handle_data(self, data: str) -> None:
        if "\u202e" in data:
            self.kept += 1
            self.found += [] if self.within else [data]


async def test_no_name_turns_what_stands_beside_it(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.name, neighbours.acting = TURNED, {**LARCHMERE, "school_name": TURNED}
    names = {"given_name": TURNED, "family_name": TURNED}
    worker = {**WORKER, "name": TURNED, "team": TURNED, "role": TURNED, "phone": TURNED, "email": f"{TURNED}@a.example"}
    neighbours.answer = {**FOUND, "child": {**CHILD, **names}, "workers": [worker]}
    loose = Loose()
    loose.feed((await find(lead, {**BY_NAME, **names})).text)
    assert loose.kept >= 10
    assert loose.found == []
