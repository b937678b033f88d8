"""Pages: forward and back, every entry once, also while new ones come in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from services.audit.reading.commands import PAGE
from shared.contracts.feed import Child
from shared.contracts.identity import Account
from tests.audit.world import NOON, OFFICER, minutes, project, received, search, write
from tests.support.databases import Clone
from tests.support.web import Web

ONE, OTHER, CHILD, TWIN = uuid4(), uuid4(), uuid4(), uuid4()
COUNT = 2 * PAGE + 10
BORN = "2014-04-03"
ASKS: list[dict[str, Any]] = [
    {},
    {"person": "Sam"},
    {"child": {"given_name": "Robin", "family_name": "Field", "born": BORN}},
    {"person": "Sam", "child": {"given_name": "Robin", "family_name": "Field", "born": BORN}},
    {"kind": "SearchMade", "purpose": "welfare", "outcome": "found"},
]


@pytest.fixture(autouse=True)
async def searched(audit: Clone) -> None:
    """Sixty searches by two Sams about two Robins, eight at each moment, so that pages end amid a moment."""
    whose, which = (ONE, OTHER), ((CHILD, TWIN), (CHILD,), (TWIN,))
    facts = (
        received(search(actor=whose[n % 2], children=which[n % 3]), NOON + minutes(n // 8)) for n in range(COUNT)
    )  # fmt: skip
    await write(audit, *facts)
    robin: dict[str, Any] = {"given_name": "Robin", "family_name": "Field", "born": BORN, "upn": None, "revision": 1}
    await project(
        audit,
        Account(account_id=ONE, name="Sam One", revision=1), Account(account_id=OTHER, name="Sam Other", revision=1),
        Child(child_id=CHILD, **robin), Child(child_id=TWIN, **robin),
    )  # fmt: skip


async def page(web: Web, ask: dict[str, Any], **place: str) -> dict[str, Any]:
    answer = await web.post("/readings", {**ask, **place}, OFFICER)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ids(*pages: dict[str, Any]) -> list[str]:
    return [entry["entry_id"] for one in pages for entry in one["entries"]]


@pytest.mark.parametrize("ask", ASKS, ids=str)
async def test_forward_then_back_shows_every_entry_once_newest_first(
    audit: Clone, web: Web, ask: dict[str, Any]
) -> None:
    first = await page(web, ask)
    second = await page(web, ask, after=first["next"])
    third = await page(web, ask, after=second["next"])
    every = [
        str(row["entry_id"]) for row in await audit.rows("SELECT entry_id FROM entry ORDER BY at DESC, index DESC")
    ]
    assert ids(first, second, third) == every
    assert (first["previous"], third["next"]) == (None, None)
    back = await page(web, ask, before=third["previous"])
    front = await page(web, ask, before=back["previous"])
    assert (ids(back), ids(front)) == (ids(second), ids(first))
    assert front["previous"] is None
    assert (await page(web, ask, after=front["next"])) == second


async def test_entries_recorded_meanwhile_move_no_page(audit: Clone, web: Web) -> None:
    first = await page(web, {})
    await write(audit, *(received(search(), NOON + minutes(600)) for _ in range(3)))
    second = await page(web, {}, after=first["next"])
    assert len(set(ids(first, second))) == 2 * PAGE
    assert len(ids(await page(web, {}, before=second["previous"]))) == PAGE


async def test_newer_entries_are_reached_from_the_first_page(audit: Clone, web: Web) -> None:
    second = await page(web, {}, after=(await page(web, {}))["next"])
    await write(audit, received(search(), NOON + minutes(600)))
    first = await page(web, {}, before=second["previous"])
    assert len((await page(web, {}, before=first["previous"]))["entries"]) == 1


async def test_a_cursor_of_another_question_is_refused(web: Web) -> None:
    first = await page(web, {})
    answer = await web.post("/readings", {"kind": "SearchMade", "after": first["next"]}, OFFICER)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/cursor-refused")


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "A" * 100])
async def test_a_made_up_cursor_is_refused_and_nothing_is_read(audit: Clone, web: Web, cursor: str) -> None:
    assert (await web.post("/readings", {"after": cursor}, OFFICER)).status_code == 422
    assert await audit.value("SELECT count(*) FROM outbox") == 0


async def test_an_empty_answer_has_no_pages(web: Web) -> None:
    assert await page(web, {"kind": "Nothing"}) == {"entries": [], "next": None, "previous": None}
