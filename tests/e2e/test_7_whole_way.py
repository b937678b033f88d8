"""The whole way of a concern: from a school's search to the number in the council's case system and to the outcome.

Walked twice: with a mouse and script; and with a keyboard alone, without script, in a window of 320 pixels.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload

from deploy.demo import mail
from deploy.operate import databases
from tests.e2e.children import FOUND
from tests.e2e.people import Person, arrive, sign_in, until
from tests.e2e.walking import Keys, Walker
from tests.referrals.attachments import files
from tests.support.portal import Portal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

NAME, BORN = f"{FOUND.given_name} {FOUND.family_name}", "5 March 2014"
CALLED = "01632 960 100"
WROTE, SAID = "She came in without a coat again, and was cold.", "Nobody was up this morning."
FAMILY, DID = "A brother, Orrin, two years old.", "We gave her breakfast and a coat."
QUESTION, ANSWER = "Which day was it?", "It was on Monday."
TOLD, KEPT_BACK = "A worker will ring you this week.", "Canary of the council."
LETTER, PHOTOGRAPH = "Letter from the mother.pdf", "Coat.jpg"
PRIVATE = (FOUND.given_name, FOUND.family_name, WROTE, SAID, FAMILY, DID, QUESTION, ANSWER, TOLD, KEPT_BACK)
NEW_IN_CASE_SYSTEM = "SELECT reference, number, payload, pdf FROM intake JOIN intake_number USING (reference)"
FILES_IN_CASE_SYSTEM = "SELECT name, type, content FROM intake_file WHERE reference = $1 ORDER BY id"


@dataclass
class Cast:
    """Who walks: somebody of the school and a triage officer, and what the one answers at the gate."""

    school: Walker
    role: str
    officer: Walker
    danger: str
    urgency: str
    portal: Portal
    addresses: dict[str, str]


@pytest.fixture(params=[Walker, Keys], ids=["with script", "by keyboard at 320 pixels without script"])
def cast(
    request: pytest.FixtureRequest, browser: Browser, base: str, portal: Portal, signed_in: Callable[..., Person],
    accounts: dict[str, dict[str, str]],
) -> Cast:  # fmt: skip
    def walker(name: str) -> Walker:
        if request.param is Walker:
            return Walker.of(signed_in(name))
        keys = Keys.of(arrive(browser, base, script=False))
        sign_in(keys, portal, accounts[name])
        return keys

    if request.param is Walker:
        who, role, officer = "lead", "Calwyn Fernshaw, safeguarding lead", "triage_officer"
        danger, urgency = "They may be at risk of significant harm", "May be at risk of significant harm"
    else:
        who, role, officer = "headteacher", "Rosvin Thornden, headteacher", "other_triage_officer"
        danger, urgency = "It is urgent, and they have a worker", "Urgent, and they have a worker or an open case"
    addresses = {"school": accounts[who]["email"], "officer": accounts[officer]["email"]}
    return Cast(walker(who), role, walker(officer), danger, urgency, portal, addresses)


def a_letter() -> FilePayload:
    """A real PDF of one page."""
    made, writer = io.BytesIO(), pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(made)
    return {"name": LETTER, "mimeType": "application/pdf", "buffer": made.getvalue()}


def a_photograph() -> FilePayload:
    """It says where it was taken, in three places."""
    return {"name": PHOTOGRAPH, "mimeType": "image/jpeg", "buffer": files.jpeg()}


def to_the_list(school: Walker, danger: str) -> None:
    """The child found, the telephone past, the call written down: at the list of questions."""
    school.go("/find")
    school.fill(**{"upn-upn": FOUND.upn})
    school.choose("Concern about the child's welfare")
    school.press("Find by UPN")
    school.press(f"Send a concern or update about {FOUND.given_name}")
    school.choose(danger)
    school.press("Continue")
    school.press("I have called: write the follow-up")
    now = datetime.now(ZoneInfo("Europe/London"))
    for part, value in {"day": now.day, "month": now.month, "year": now.year, "time": f"{now:%H:%M}"}.items():
        school.fill(**{f"called-{part}": str(value)})
    school.fill(called_number=CALLED)
    school.press("Continue")
    school.choose("A new concern")
    school.press("Save and go to the list")


def write_all(school: Walker) -> None:
    """Each question from the list, then the files, up to the check."""
    school.follow("What has happened")
    for answer in ({"concern": WROTE}, {"child_said": SAID}, {"family": FAMILY}):
        school.fill(**answer)
        school.press("Continue")
    school.choose("No, they do not know")
    school.fill(parents_reason="They were not in.")
    school.press("Continue")
    school.fill(done_so_far=DID)
    school.press("Continue")
    school.press("Save and go to the list")
    school.follow("Add files (optional)")
    school.attach(a_letter())
    school.attach(a_photograph())
    school.press("Continue")
    school.press("Check your answers and send")
    for told in (NAME, BORN, WROTE, SAID, FAMILY, DID, CALLED, LETTER, PHOTOGRAPH):
        assert told in school.text
    school.tick("confirm")
    school.press("Send")


def sent_whole(cast: Cast, shown: str) -> None:
    """Everything that was sent, who sent it, and that it is confidential."""
    for told in (
        NAME, BORN, "(URN 990001)", cast.role, cast.urgency, CALLED, WROTE, SAID, FAMILY, DID,
        "They were not in.", LETTER, PHOTOGRAPH, "Confidential. This is personal information about a child.",
    ):  # fmt: skip
        assert told in shown, told


def copy_in_hand(cast: Cast, reference: str) -> str:
    """The page to print, without navigation, and the PDF that is saved there, opened: what that says."""
    school = cast.school
    school.follow("Print or save your school's copy")
    assert school.page.get_by_role("navigation", name="Your sign-in").count() == 0
    school.looks_right("copy")
    with school.page.expect_download() as saved:
        school.use(school.page.get_by_role("link", name="Save as a PDF"))
    assert saved.value.suggested_filename == f"referral-{reference}.pdf"
    pdf = pypdf.PdfReader(saved.value.path())
    catalog: Any = pdf.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/StructTreeRoot"]
    assert catalog["/Lang"] == "en-GB"
    return words_of(pdf)


def words_of(pdf: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def rows(portal: Portal, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Of the council's own case system, from a thread of its own: the browser's has a loop that runs."""

    async def ask() -> list[dict[str, Any]]:
        async with databases.connected(portal.status["source"]) as connection:
            return [dict(row) for row in await connection.fetch(statement, *values)]

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result()


def the_case_system_has_it_once(cast: Cast, reference: str, copy: str) -> str:
    """With its number, the very copy that the school has, and its files: the photograph without its place."""
    numbered = f"{NEW_IN_CASE_SYSTEM} WHERE reference = $1 AND number IS NOT NULL"
    [one] = until(lambda: rows(cast.portal, numbered, reference), bool)
    everywhere = rows(cast.portal, "SELECT count(*) AS times FROM intake WHERE payload->>'reference' = $1", reference)
    assert everywhere == [{"times": 1}]
    assert words_of(pypdf.PdfReader(io.BytesIO(one["pdf"]))) == copy
    letter, photograph = rows(cast.portal, FILES_IN_CASE_SYSTEM, reference)
    assert (letter["name"], letter["content"]) == (LETTER, a_letter()["buffer"])
    assert photograph["name"] == PHOTOGRAPH
    assert Image.open(io.BytesIO(photograph["content"])).getexif().get_ifd(files.GPS_IFD) == {}
    assert not re.search(rb"GPS|north|Canary camera", photograph["content"])
    return str(one["number"])


def stands(school: Walker, reference: str, standing: str) -> str:
    """In the school's list, and what the page of this one says."""
    school.follow("Concerns we have sent")
    assert standing in school.page.locator("tbody tr").filter(has_text=reference).inner_text()
    school.follow(reference)
    school.looks_right(f"sent-{standing.lower().replace(' ', '-')}")
    return school.text.replace("\t", "\n")


def from_the_queue(officer: Walker, reference: str) -> None:
    """Found by its school, acknowledged with one press, opened, and taken."""
    officer.follow("Referrals to decide")
    officer.fill(school="990001")
    officer.press("Show")
    officer.press(f"Acknowledge {reference}")
    assert f"{reference} is acknowledged. The school is told." in officer.text
    assert "school=990001" in officer.page.url
    officer.follow(reference)
    officer.press("Take")


def it_is_shown_whole(cast: Cast, reference: str, number: str) -> None:
    """To the officer: what the school wrote, its files, and that the case system has it."""
    officer = cast.officer
    for told in (WROTE, SAID, FAMILY, DID, CALLED, LETTER, PHOTOGRAPH, cast.role, "Ione Marlowick"):
        assert told in officer.text, told
    assert f"The case system has it, as {number}, since" in officer.text
    officer.follow("See the transfer")
    assert f"The case system has it, as {number}" in officer.text
    officer.looks_right("transfer")
    officer.follow(reference)


def ask(officer: Walker) -> None:
    officer.follow("Ask the school for more")
    officer.fill(question=QUESTION)
    officer.press("Ask the school")


def answer(school: Walker) -> None:
    """Nothing first, which is said."""
    school.press("Send your answer")
    assert school.page.title().startswith("Error: A concern we have sent")
    school.looks_right("sent-asked-error")
    school.fill(answer=ANSWER)
    school.press("Send your answer")
    assert "Your answer has been sent to children's services." in school.text
    school.looks_right("sent-answered")


def decide(officer: Walker, reference: str) -> None:
    officer.follow("Referrals to decide")
    officer.follow(reference)
    assert ANSWER in officer.text
    officer.follow("Decide about this referral")
    officer.choose("Open early help")
    officer.fill(for_school=TOLD, for_council=KEPT_BACK)
    officer.press("Decide")
    assert "Decided: Open early help" in officer.text


def letters(portal: Portal, reference: str) -> dict[tuple[str, str], str]:
    """The e-mails about it, by address and subject: their text, plain and as a page."""
    caught = [(one.to, one.message) for one in mail.caught(mail.folder_of(portal.home))]
    return {
        (to, str(message["Subject"])): "\n".join(part.get_content() for part in message.iter_parts())
        for to, message in caught
        if reference in str(message["Subject"])
    }


def are_told(cast: Cast, reference: str) -> None:
    """Both, of each step, and of nothing about the child."""
    school, officer = cast.addresses["school"], cast.addresses["officer"]
    wanted = {
        (school, f"{reference}: received"), (school, f"{reference}: a question for your school"),
        (school, f"{reference}: decided"), (officer, f"New referral {reference}"),
        (officer, f"Answer about referral {reference}"),
    }  # fmt: skip
    told = until(lambda: letters(cast.portal, reference), lambda found: wanted <= set(found))
    for (_, subject), text in told.items():
        assert [word for word in PRIVATE if word in subject + text] == []


def test_a_concern_goes_its_whole_way_and_everybody_is_told(cast: Cast) -> None:
    school, officer = cast.school, cast.officer
    to_the_list(school, cast.danger)
    write_all(school)
    reference = school.reference
    sent_whole(cast, school.text)
    copy = copy_in_hand(cast, reference)
    sent_whole(cast, copy)
    sent_whole(cast, school.text)
    number = the_case_system_has_it_once(cast, reference, copy)
    school.go("/find")
    assert "2. Received\nNot yet" in stands(school, reference, "Sent")
    from_the_queue(officer, reference)
    it_is_shown_whole(cast, reference, number)
    assert "2. Received\nNot yet" not in stands(school, reference, "Being decided")
    ask(officer)
    assert QUESTION in stands(school, reference, "They ask you something")
    answer(school)
    decide(officer, reference)
    page = stands(school, reference, "Early help is being opened")
    assert TOLD in page
    assert KEPT_BACK not in school.page.content()
    are_told(cast, reference)
