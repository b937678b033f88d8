"""A school's roll in a browser without script, with the real feed behind it: what it says, and what a press does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from services.feed.app import service
from services.feed.settings import Settings
from tests.feed.rolls.world import SCHOOL, School, a_table, line, new
from tests.feed.rolls_by_hand import ctf, table
from tests.gateway import world
from tests.gateway.world import Neighbours, Reader
from tests.support.databases import Clone
from tests.support.web import Issuer, application

ALL = a_table(line(1), line(2), line(3))
PLACE = {"role": "account_administrator", "school": SCHOOL, "school_name": "Larkfield School"}


@dataclass
class Behind(Neighbours):
    """Identity is the test's; what is asked of rolls, the real feed answers."""

    feed: ASGIApp | None = None
    issuer: Issuer | None = field(default_factory=Issuer)
    acting: dict[str, str] | None = field(default_factory=lambda: dict(PLACE))
    addresses: list[str] = field(default_factory=list)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.addresses.append(f"{scope['path']}?{scope['query_string'].decode()}")
        if scope["path"].startswith("/rolls") and self.feed:
            await self.feed(scope, receive, send)
        else:
            await super()._answer(scope, receive, send)


@dataclass
class Office:
    """Somebody in a school's office, and the feed that their portal asks."""

    school: School
    browser: httpx.AsyncClient
    behind: Behind

    async def opened(self) -> Reader:
        return await world.at(self.browser, "/school-roll")

    async def upload(self, raw: bytes, filename: str = "roll.csv") -> Reader:
        """Open the page, choose a file and send it, as a browser does: the proof first."""
        reader = await self.opened()
        parts = [("token", (None, reader.carried["token"].encode())), ("file", (filename, raw))]
        reader.page = await self.browser.post("/school-roll/file", files=parts, follow_redirects=True)
        return reader

    async def press(self, reader: Reader, **fields: str) -> None:
        assert reader.page is not None
        await reader.send(f"{reader.page.url.path.removesuffix('/take')}/take", **fields)
        await self.school.feed.catch_up()

    async def take(self, raw: bytes) -> Reader:
        reader = await self.upload(raw)
        await self.press(reader)
        return reader


@pytest.fixture
async def office(
    app: FastAPI, browser: httpx.AsyncClient, database: Callable[..., Awaitable[Clone]], tmp_path: Path
) -> Office:
    school = School(await database("feed"), tmp_path)
    await school.begin()
    behind = Behind()
    assert behind.issuer
    behind.feed = application(service, school.feed.settings, school.feed.database.db, behind.issuer.keys())
    app.state.client = behind.client()
    return Office(school, browser, behind)


async def test_a_good_file_is_shown_taken_and_undone(office: Office) -> None:
    assert "Your roll is the one that the council has." in (await office.opened()).text
    reader = await office.upload(a_table(line(1), line(2), line(3), new(1)))
    assert "1 would join, 0 would leave, 0 would be changed." in reader.text
    assert "Nothing has changed yet." in reader.text
    await office.press(reader)
    assert "Your roll is the one that your school uploaded on" in reader.text
    assert "4 children" in reader.text
    await reader.send("/school-roll/undo", reason="It was last year's")
    assert "Your roll is the one that the council has." in reader.text
    assert "4 children. Undone" in reader.text


async def test_a_bad_file_is_refused_with_what_to_do(office: Office) -> None:
    reader = await office.upload(b"%PDF-1.7", "roll.pdf")
    assert reader.faults == [
        "This is a PDF. Export the roll from your school's system as CSV or CTF, not as a document."
    ]
    assert reader.page is not None
    assert "<title>Error: Your school" in reader.page.text


async def test_no_file_is_asked_for(office: Office) -> None:
    reader = await office.opened()
    await reader.send("/school-roll/file")
    assert reader.faults == ["Choose a file"]


async def test_rows_that_cannot_be_read_are_listed(office: Office) -> None:
    reader = await office.upload(a_table(line(1), line(2), line(3), new(1, born="31/02/2014")))
    assert "Row 5: the date of birth is not a date that can be read. Write it like 23/04/2014." in reader.text


async def test_an_emptying_file_needs_a_second_press_and_a_reason(office: Office) -> None:
    reader = await office.upload(a_table(new(1)))
    assert "This file would take all 3 children off your roll (100%)." in reader.text
    assert "Why is it right that so many leave?" not in reader.text
    await office.press(reader)
    assert reader.faults == ["Say why"]
    assert "Why is it right that so many leave?" in reader.text
    await office.press(reader, reason="All have moved up")
    assert "Your roll is the one that your school uploaded on" in reader.text


async def test_a_partial_file_is_said_to_be_one(office: Office) -> None:
    reader = await office.upload(ctf(qualifier="partial").encode(), "roll.xml")
    assert "This is a partial file" in reader.faults[0]
    await office.take(ALL)
    reader = await office.upload(ctf(qualifier="partial").encode(), "roll.xml")
    assert "It is a partial file: nobody leaves the roll by it." in reader.text


async def test_columns_are_asked_for_once_and_can_be_forgotten(office: Office) -> None:
    odd = table([line(1), line(2), line(3)], ("No", "Vorname", "Nachname", "Geburtstag")).encode()
    reader = await office.upload(odd)
    assert "It is not clear which column is the first name" in reader.faults[0]
    await reader.send("/school-roll/columns", given_name="Vorname", born="Geburtstag")
    assert reader.faults == ["Say which column is the last name"]
    await reader.send("/school-roll/columns", given_name="Vorname", born="Geburtstag", family_name="Nachname")
    assert "Date of birth Geburtstag" in reader.text
    assert "0 would join, 0 would leave" in (await office.upload(odd)).text
    reader = await office.opened()
    await reader.send("/school-roll/columns")
    assert "Geburtstag" not in reader.text


async def test_a_press_on_a_page_from_before_another_upload_says_so(office: Office) -> None:
    await office.take(ALL)
    old = await office.upload(a_table(line(1), line(2), line(3), new(1)))
    reader = await office.opened()
    await reader.send("/school-roll/undo", reason="The wrong file")
    await office.press(old)
    assert "The roll has been changed since this page was shown. Upload the file again" in old.text


async def test_no_name_is_in_a_title_or_an_address(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    reader = await office.upload(a_table(line(1), line(2), new(1)))
    assert reader.page is not None
    names = [*line(1)[1:3], *line(3)[1:3], *new(1)[:3]]
    assert all(one in reader.text for one in (line(3)[1], new(1)[1]))
    await office.press(reader)
    title = reader.page.text.partition("<title>")[2].partition("</title>")[0]
    said = " ".join([title, str(reader.page.url), *office.behind.addresses, *capfd.readouterr()])
    assert [one for one in names if one in said] == []


async def test_a_council_of_another_model_says_plainly_that_schools_upload_none(office: Office) -> None:
    assert office.behind.issuer
    feed = application(service, Settings(), office.school.feed.database.db, office.behind.issuer.keys())
    office.behind.feed = feed
    text = (await office.opened()).text
    assert "Schools do not upload theirs here." in text
    assert "Choose a file" not in text
