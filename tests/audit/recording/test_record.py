"""Every fact is written down: once, in order, unchanged, and for good."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from services.audit.recording import reactions
from shared.contracts import BODY_MAX_BYTES
from shared.database.tx import DatabaseFailed
from shared.events.facts import ReceivedFact
from tests.audit import world
from tests.audit.world import CAUSE, NOON, received, refusal, search, unknown, write
from tests.support.databases import Clone

Make = Callable[..., Awaitable[Clone]]


async def indexes(audit: Clone) -> list[object]:
    return [row["index"] for row in await audit.rows("SELECT index FROM entry ORDER BY index")]


async def test_a_fact_becomes_an_entry_with_all_that_it_declares(audit: Clone) -> None:
    fact = search()
    correlation = uuid4()
    await write(audit, received(fact, NOON, correlation))
    [entry] = await audit.rows("SELECT * FROM entry")
    assert {name: entry[name] for name in ("actor", "role", "school", "agreement", "purpose", "outcome")} == {
        name: getattr(fact, name) for name in ("actor", "role", "school", "agreement", "purpose", "outcome")
    }
    assert (entry["children"], entry["correlation"], entry["at"]) == (list(fact.children), correlation, NOON)
    assert (entry["kind"], entry["type"], entry["source"], entry["known"]) == (
        "SearchMade", "lookup.SearchMade.v1", "lookup", True,
    )  # fmt: skip


async def test_headers_and_body_are_kept_as_they_came(audit: Clone) -> None:
    body = b'{"outcome":"found" ,\n "actor": null}\x00\xff'
    one = unknown(body)
    await write(audit, one)
    [entry] = await audit.rows("SELECT headers, body FROM entry")
    assert entry["body"] == body
    assert isinstance(entry["headers"], bytes)
    kept = json.loads(entry["headers"])
    assert tuple((name, value.encode("latin-1")) for name, value in kept) == one.record.headers


async def test_a_type_that_no_contract_knows_is_kept_and_flagged_and_found(audit: Clone) -> None:
    child = uuid4()
    await write(audit, unknown(json.dumps({"children": [str(child)], "outcome": "withdrawn", "actor": 5}).encode()))
    [entry] = await audit.rows("SELECT known, kind, outcome, actor, children FROM entry")
    assert list(entry.values()) == [False, "SearchWithdrawn", "withdrawn", None, [child]]
    assert await audit.value("SELECT child_id FROM entry_child") == child


@pytest.mark.parametrize("body", [b"", b"\x00", b"[]", b'{"purpose": "a\\u0000b"}', b'{"outcome": "\\ud800"}'])
async def test_nothing_in_a_body_stops_an_entry(audit: Clone, body: bytes) -> None:
    await write(audit, unknown(body))
    assert await audit.value("SELECT body FROM entry") == body


async def test_a_text_too_long_for_an_index_stops_nothing(audit: Clone) -> None:
    """PostgreSQL answers that with class 54: transient by our rules, so it would be waited out for ever."""
    long = "".join(uuid4().hex for _ in range(500))  # PostgreSQL would press repetition flat
    told = json.dumps(dict.fromkeys(("role", "school", "agreement", "purpose", "outcome"), long))
    await write(audit, unknown(told.encode(), type_=f"lookup.{long}.v1"), unknown(told.encode(), type_=long))
    assert await indexes(audit) == [0, 1]


async def test_the_largest_body_is_kept(audit: Clone) -> None:
    children = json.dumps({"children": [str(UUID(int=n)) for n in range(BODY_MAX_BYTES // 40)]}).encode()
    await write(audit, unknown(children))
    assert await audit.value("SELECT count(*) FROM entry_child") == BODY_MAX_BYTES // 40


async def test_entries_are_numbered_from_zero_in_the_order_of_arrival(audit: Clone) -> None:
    first, second = [received(search()) for _ in range(3)], [received(refusal()) for _ in range(2)]
    await write(audit, *first)
    await write(audit, *second)
    rows = await audit.rows("SELECT index, entry_id FROM entry ORDER BY index")
    assert [(row["index"], row["entry_id"]) for row in rows] == list(enumerate(h.meta.id for h in [*first, *second]))


async def test_a_fact_that_comes_again_is_the_same_entry_and_leaves_no_gap(audit: Clone) -> None:
    one, other = received(search()), received(search())
    await write(audit, one)
    await write(audit, one, other, other)
    assert await indexes(audit) == [0, 1]


async def test_the_same_id_from_another_source_is_refused_not_passed_over(audit: Clone) -> None:
    one = received(search())
    await write(audit, one)
    with pytest.raises(DatabaseFailed) as refused:
        await write(audit, received(refusal(), id=one.meta.id))
    assert refused.value.sqlstate == "23505"  # class 23: it is set aside as poison, its bytes untouched


async def then_fails(audit: Clone, one: ReceivedFact) -> None:
    async with audit.db.transaction(CAUSE) as tx:
        await reactions.record(tx, [one])
        raise ZeroDivisionError


async def test_a_batch_that_is_rolled_back_leaves_no_gap(audit: Clone) -> None:
    with pytest.raises(ZeroDivisionError):
        await then_fails(audit, received(search()))
    await write(audit, received(search()))
    assert await indexes(audit) == [0]


async def test_writers_take_turns_so_that_numbers_follow_commits(audit: Clone) -> None:
    """Whoever has read up to some index has missed nothing below it, ever."""
    await asyncio.gather(*(write(audit, *(received(search()) for _ in range(5))) for _ in range(8)))
    assert await indexes(audit) == list(range(40))


async def test_a_second_writer_waits_for_the_first_ones_commit(audit: Clone) -> None:
    one, other = received(search()), received(search())
    async with audit.db.transaction(CAUSE) as tx:
        await reactions.record(tx, [one])
        behind = asyncio.create_task(write(audit, other))
        await world.until_somebody_waits(audit)
    await behind
    rows = await audit.rows("SELECT entry_id FROM entry ORDER BY index")
    assert [row["entry_id"] for row in rows] == [one.meta.id, other.meta.id]


async def attempt(audit: Clone, sql: str) -> None:
    async with audit.db.transaction(CAUSE) as tx:
        await tx.execute(sql)


@pytest.mark.parametrize("table", ["entry", "entry_child"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"])
async def test_the_service_itself_cannot_change_or_remove_an_entry(audit: Clone, table: str, change: str) -> None:
    await write(audit, received(search()))
    with pytest.raises(DatabaseFailed) as refused:
        await attempt(audit, change.format(table))
    assert refused.value.sqlstate == "42501"
    assert await audit.value(f"SELECT count(*) FROM {table}") == 1


async def test_nobody_else_may_even_read_entries(audit: Clone) -> None:
    granted = await audit.rows(
        "SELECT grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name IN ('entry', 'entry_child') AND grantee <> 'audit_owner'"
    )
    assert {(row["grantee"], row["privilege_type"]) for row in granted} == {
        ("audit_service", "SELECT"), ("audit_service", "INSERT"),
    }  # fmt: skip
