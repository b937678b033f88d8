"""The list of what cannot be used, as a data protection officer reads it: whole, in order, counted and recorded."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.feed.app import service
from services.feed.left_out.domain import PAGE
from services.feed.settings import Settings
from shared.contracts import Role
from shared.contracts.feed import LeftOutRead
from tests.feed.world import Feed, person, roll, without, worker
from tests.support.web import caller, web

OFFICER = caller("data_protection_officer")
READINGS = "/left-out/readings"


async def read(feed: Feed, **ask: Any) -> httpx.Response:
    return await web(service, Settings(), feed.database.db).post(READINGS, ask, OFFICER)


async def pages(feed: Feed, **ask: Any) -> list[dict[str, Any]]:
    """All of them, one page after another."""
    found = [(await read(feed, **ask)).json()]
    while found[-1]["next"]:
        found.append((await read(feed, **ask, after=found[-1]["next"])).json())
    return found


def places(page: dict[str, Any]) -> list[tuple[str, ...]]:
    return [(cell["table"], cell["key"], cell["column"], cell["why"]) for cell in page["cells"]]


async def spoilt(feed: Feed) -> None:
    """A source of which each sort of thing cannot be used."""
    await feed.live()
    await feed.ingest(feed.tape.put(110, *person(born=None, given="canary" * 60)))
    await feed.ingest(feed.tape.put(111, *roll(7, about=None)), feed.tape.put(112, *without(worker(), "phone")))


async def test_it_says_where_and_why_and_since_when_and_never_what(feed: Feed) -> None:
    await spoilt(feed)
    answer = await read(feed)
    assert places(answer.json()) == [
        ("person", "1", "born", "no_date"), ("person", "1", "given", "long_text"),
        ("school_history", "7", "person_id", "nobodys"),
        ("worker", None, "phone", "missing"), ("worker", "1", "phone", "missing"),
    ]  # fmt: skip
    assert answer.json()["counts"] == {"person": 2, "school_history": 1, "worker": 2}
    assert [bool(cell["since"]) for cell in answer.json()["cells"]] == [True, True, False, True, True]
    assert "canary" not in answer.text


async def test_one_table_can_be_asked_for_and_the_others_are_counted_all_the_same(feed: Feed) -> None:
    await spoilt(feed)
    told = (await read(feed, table="worker")).json()
    assert {cell["table"] for cell in told["cells"]} == {"worker"}
    assert sum(told["counts"].values()) == 5


async def test_its_pages_have_each_once_and_in_the_order_of_the_rows_numbers(feed: Feed) -> None:
    await feed.live()
    many = range(2, 2 * PAGE + 3)
    await feed.ingest(*[feed.tape.put(110 + n, *person(n, born=None, upn=None)) for n in reversed(many)])
    found = await pages(feed, table="person")
    assert [len(page["cells"]) for page in found] == [PAGE, PAGE, 1]
    assert [cell["key"] for page in found for cell in page["cells"]] == [str(n) for n in many]


async def test_each_reading_is_a_fact_with_the_children_whose_rows_were_shown(feed: Feed) -> None:
    await spoilt(feed)
    await feed.emitted()
    child = await feed.database.value("SELECT id FROM subject WHERE kind = 'child'")
    await read(feed)
    await read(feed, table="worker")
    first, second = [fact for fact in await feed.emitted() if isinstance(fact, LeftOutRead)]
    assert (first.actor, first.children, first.table, first.cells) == (OFFICER.account, (child,), None, 5)
    assert (second.children, second.table, second.cells) == ((), "worker", 2)


async def test_without_the_fact_there_is_no_answer(feed: Feed) -> None:
    await spoilt(feed)
    await feed.database.execute("ALTER TABLE outbox RENAME TO elsewhere")
    refused = await read(feed)
    assert (refused.status_code, "person" in refused.text) == (503, False)


@pytest.mark.parametrize("role", ["lead", "headteacher", "triage_officer", "operator", "account_administrator"])
async def test_it_is_for_the_data_protection_officer_alone(feed: Feed, role: Role) -> None:
    answer = await web(service, Settings(), feed.database.db).post(READINGS, {}, caller(role))
    assert answer.status_code == 403
    assert await feed.emitted() == []


@pytest.mark.parametrize("after", ["", "x", "W10=", "eyJ9", "é", "WzEsMiwzLDRd"])
async def test_what_is_no_place_in_the_list_is_refused_and_read_by_nobody(feed: Feed, after: str) -> None:
    refused = await read(feed, after=after)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/place-refused")
    assert await feed.emitted() == []
