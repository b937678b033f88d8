"""A council that gives extracts: a school uploads its roll and takes it back; two records of a child are joined."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser

from deploy.demo import council, extract
from deploy.operate import databases
from tests.e2e.people import Person, arrive, sign_in, until
from tests.feed.rolls_by_hand import ctf, pupil, table, upn
from tests.support.portal import Portal
from tests.support.portal import portal as fresh

pytestmark = pytest.mark.e2e

ON_ROLL = """
SELECT upn, given, family, born FROM person JOIN school_history ON person_id = person.id
 WHERE urn = $1 AND starts <= current_date AND (ends IS NULL OR ends > current_date) ORDER BY upn
"""
MIRELA = council.cases()[0]
CORVIN = council.cases()[1]
LATER = next(one for one in council.cases() if one.about == "starts later")
WORKER, NO_WORKER = "has an allocated worker", "has no allocated worker"
NOT_ON_ROLL, CALL = "No child on your roll matches", "We cannot be sure right now"
JOINER = (upn(999_001), "Petra", "Windlesham", "14/06/2015")
TWIN = (upn(999_002), "Petya", "Windlesham", "14/06/2015")

T = TypeVar("T")
Row = tuple[str, str, str, str]
SignedIn = Callable[[str], Person]


@pytest.fixture(scope="module")
def extracts() -> Iterator[Portal]:
    with fresh() as made:
        made.up("--model", "ssd")
        yield made


@pytest.fixture(scope="module")
def school(extracts: Portal) -> str:
    return next(str(row["school"]) for row in extracts.accounts if row["role"] == "lead")


@pytest.fixture(scope="module")
def somebody(extracts: Portal, browser: Browser, school: str) -> SignedIn:
    """`somebody("lead")`: of the first school, or the council's; the same sign-in for every test."""
    kept: dict[str, Person] = {}

    def person(role: str) -> Person:
        if role not in kept:
            account = next(r for r in extracts.accounts if r["role"] == role and r["school"] in (school, None))
            kept[role] = arrive(browser, extracts.status["gateway"])
            sign_in(kept[role], extracts, account)
        return kept[role]

    return person


@pytest.fixture(scope="module")
def roll(extracts: Portal, school: str) -> list[Row]:
    """The school's roll as the council has it."""

    async def read() -> list[Row]:
        async with databases.connected(databases.at(extracts.status["source"], council.SOURCE)) as source:
            rows = await source.fetch(ON_ROLL, school)
        return [(r["upn"], r["given"], r["family"], f"{r['born']:%d/%m/%Y}") for r in rows]

    return apart(read())


def apart(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: the browser has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def upload(person: Person, name: str, content: bytes) -> None:
    person.go("/school-roll")
    person.page.locator("#file").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})
    person.press("Show what would change")


def answered(lead: Person, upn: str, outcome: str) -> None:
    """The lead is answered so, within seconds."""

    def look() -> str:
        lead.find_upn(upn)
        return lead.page.title()

    until(look, lambda title: outcome in title)


def test_a_file_that_is_no_roll_is_refused_with_what_to_do(somebody: SignedIn) -> None:
    head = somebody("headteacher")
    head.go("/school-roll")
    head.press("Show what would change")
    assert "Choose a file" in head.text
    upload(head, "photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    assert head.page.title().startswith("Error: ")
    head.looks_right("school-roll-refused")


def test_a_row_that_cannot_be_read_is_named_and_takes_no_child_off(somebody: SignedIn, roll: list[Row]) -> None:
    head = somebody("headteacher")
    upload(head, "roll.csv", table([(*roll[0][:3], "31/02/2014"), *roll[1:]]).encode())
    assert "Row 2" in head.text
    assert "0 would leave" in head.text
    head.looks_right("school-roll-row")


def test_a_roll_is_taken_and_undone(somebody: SignedIn, roll: list[Row]) -> None:
    head, lead = somebody("headteacher"), somebody("lead")
    without = [row for row in roll if row[0] != CORVIN.upn]
    answered(lead, CORVIN.upn, WORKER)
    upload(head, "roll.csv", table([*without, JOINER, TWIN]).encode())
    assert JOINER[1] in head.text
    assert CORVIN.given_name in head.text
    assert LATER.given_name not in head.text
    assert "2 would join, 1 would leave" in head.text
    assert JOINER[1] not in head.page.title() + head.page.url
    head.looks_right("school-roll-preview")
    head.press("Use this roll")
    head.looks_right("school-roll-taken")
    answered(lead, CORVIN.upn, NOT_ON_ROLL)
    answered(lead, JOINER[0], NO_WORKER)
    answered(lead, MIRELA.upn, WORKER)
    lead.find_name("Petia", "Windlesham", (2015, 6, 14))
    assert lead.heading == "More than one child could be meant"
    assert not {"Petra", "Petya"} & set(lead.text.split())
    lead.looks_right("answer-several")
    head.go("/school-roll")
    head.press("Undo this upload")
    assert "Say why" in head.text
    head.fill(reason="The wrong file")
    head.press("Undo this upload")
    head.looks_right("school-roll-undone")
    answered(lead, CORVIN.upn, WORKER)
    answered(lead, JOINER[0], NOT_ON_ROLL)


def test_a_file_that_would_empty_the_roll_needs_a_second_press_and_a_reason(
    somebody: SignedIn, roll: list[Row]
) -> None:
    head, lead = somebody("headteacher"), somebody("lead")
    upload(head, "roll.csv", table([row for row in roll if row[0] == MIRELA.upn]).encode())
    assert "take" in head.text
    head.looks_right("school-roll-held")
    head.press("Use this roll")
    assert "Say why" in head.text
    head.looks_right("school-roll-why")
    answered(lead, CORVIN.upn, WORKER)
    head.fill(reason="The others have moved to the new building")
    head.press("Use this roll, and take them off")
    answered(lead, CORVIN.upn, NOT_ON_ROLL)
    head.go("/school-roll")
    head.fill(reason="They have not")
    head.press("Undo this upload")
    answered(lead, CORVIN.upn, WORKER)


def test_a_partial_file_takes_nobody_off(somebody: SignedIn, roll: list[Row]) -> None:
    head = somebody("headteacher")
    children = [{"upn": u, "given": g, "family": f, "born": f"{d[6:]}-{d[3:5]}-{d[:2]}"} for u, g, f, d in roll[:2]]
    partial = ctf("".join(map(pupil, children)), "partial").encode()
    upload(head, "partial.xml", partial)
    assert "no roll yet" in head.text
    head.looks_right("school-roll-no-roll-yet")
    upload(head, "roll.csv", table(roll).encode())
    head.press("Use this roll")
    upload(head, "partial.xml", partial)
    assert "What this file would change" in head.page.title()
    assert "Would leave" not in head.text
    head.looks_right("school-roll-partial")


def without_upn(folder: Path, born: date) -> None:
    """Social care has no UPN of Mirela in this extract, and another birth date."""
    path = folder / "ssd_person.csv"
    read = list(csv.DictReader(path.read_text().splitlines()))
    for row in read:
        if row["pers_upn"] == MIRELA.upn:
            row.update(pers_upn="NULL", pers_dob=f"{born} 00:00:00.000")
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, read[0].keys())
        writer.writeheader()
        writer.writerows(read)
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text())
    for one in told["files"]:
        one["sha256"] = sha256((folder / one["file"]).read_bytes()).hexdigest()
    manifest.write_text(json.dumps(told))


@pytest.fixture(scope="module")
def doubtful(extracts: Portal, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An extract in which social care's record of Mirela may be of another child."""
    aside = tmp_path_factory.mktemp("aside")
    source = databases.at(extracts.status["source"], council.SOURCE)
    apart(extract.lay_down(source, aside))
    (folder,) = aside.iterdir()
    without_upn(folder, MIRELA.born.replace(day=MIRELA.born.month, month=MIRELA.born.day))
    # Another file system may be between: the manifest, without which a folder is none, goes last.
    there = extracts.home / "extracts" / folder.name
    there.mkdir()
    for file in sorted(folder.iterdir(), key=lambda one: one.name == "manifest.json"):
        (there / f"{file.name}.part").write_bytes(file.read_bytes())
        (there / f"{file.name}.part").replace(there / file.name)


@pytest.mark.usefixtures("doubtful")
def test_two_records_that_may_be_of_one_child_are_decided_by_the_council(somebody: SignedIn) -> None:
    officer, lead = somebody("data_protection_officer"), somebody("lead")
    answered(lead, MIRELA.upn, CALL)
    until(lambda: (officer.go("/links"), officer.text)[1], lambda text: "Pair 1" in text)
    assert MIRELA.given_name not in officer.text
    officer.looks_right("links-waiting")
    officer.page.get_by_role("link", name="Pair 1").click()
    officer.page.wait_for_load_state()
    assert "Differs" in officer.page.locator("tr", has_text="Date of birth").inner_text()
    assert MIRELA.given_name not in officer.page.title() + officer.page.url
    officer.looks_right("links-both")
    officer.press("They are one child")
    officer.looks_right("links-decided")
    answered(lead, MIRELA.upn, WORKER)
    officer.press("Take this back")
    answered(lead, MIRELA.upn, CALL)
    officer.press("They are two children")
    answered(lead, MIRELA.upn, NO_WORKER)
    officer.page.get_by_role("button", name="Take this back").wait_for()
    officer.press("They are one child")
    answered(lead, MIRELA.upn, WORKER)
