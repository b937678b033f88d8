"""What cannot be used is doubted and listed, and what the source stops to send is not taken for unchanged."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from services.feed.catching_up.commands import HEALED_AFTER, begin_again, heal
from services.feed.metrics import metrics
from services.feed.mirror.readiness import Flow
from services.feed.settings import Settings
from shared.contracts.feed import Child, Freshness, Worker
from tests.feed.world import (
    NINE,
    WORLD,
    Feed,
    allocation,
    children,
    day,
    fresh,
    heartbeat,
    person,
    roll,
    without,
    worker,
)


async def test_a_cell_that_cannot_be_used_is_counted_listed_and_heals_when_mended(feed: Feed) -> None:
    await feed.live()
    left_out = metrics.left_out.labels("person", "no_date")
    before = left_out._value.get()
    await feed.ingest(feed.tape.put(110, *person(born=None)))
    [doubted] = children(await feed.emitted())
    assert (doubted.ended, doubted.doubtful, doubted.upn) == (False, ("born",), "B801200005001")
    assert left_out._value.get() == before + 1
    row = {"source_table": "person", "key": "1", "column_name": "born", "why": "no_date"}
    assert await feed.left_out() == [row]
    await feed.ingest(feed.tape.put(120, *person()))
    [mended] = children(await feed.emitted())
    assert (mended.child_id, mended.doubtful) == (doubted.child_id, ())
    assert await feed.left_out() == []


async def test_the_list_that_a_person_sees_says_where_and_why_and_never_what(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *person(born=None, given="canary" * 60)))
    await feed.ingest(feed.tape.put(111, *roll(7, about=None)), feed.tape.put(112, *without(worker(), "phone")))
    monkeypatch.setenv("FEED_DATABASE_URL", feed.database.dsn)
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["left-out", "--json"])
    cells = [(cell["table"], cell["key"], cell["column"], cell["why"]) for cell in json.loads(shown.output)]
    assert cells == [
        ("person", "1", "born", "no_date"), ("person", "1", "given", "long_text"),
        ("school_history", "7", "person_id", "nobodys"),
        ("worker", None, "phone", "missing"), ("worker", "1", "phone", "missing"),
    ]  # fmt: skip
    assert "canary" not in shown.output


async def test_what_stays_left_out_keeps_the_time_since_when_it_is(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *person(born=None)))
    since = await feed.database.value("UPDATE left_out SET since = since - interval '1 day' RETURNING since")
    await feed.ingest(feed.tape.put(111, *person(born=None, given="Other")), feed.tape.put(112, *roll(urn="?")))
    rows = await feed.database.rows("SELECT source_table, since = $1 AS kept FROM left_out ORDER BY 1", since)
    assert rows == [{"source_table": "person", "kept": True}, {"source_table": "school_history", "kept": False}]


async def test_a_cell_of_which_two_things_are_wrong_stops_nobody(feed: Feed) -> None:
    """Seen in a soak: a list of former UPNs that was too long and had something else in it held up the whole feed."""
    await feed.live()
    await feed.ingest(feed.tape.put(110, *person(former_upns=["B801200005001"] * 200 + ["1"])))
    assert [child.doubtful for child in children(await feed.emitted())] == [("former_upns",)]
    row = {"source_table": "person", "key": "1", "column_name": "former_upns", "why": "bad_upn"}
    assert await feed.left_out() == [row]


async def test_a_row_that_is_deleted_or_another_childs_is_no_more_on_the_list(feed: Feed) -> None:
    await feed.live(*WORLD, person(2))
    await feed.ingest(feed.tape.put(110, *roll(urn="?")))
    await feed.ingest(feed.tape.put(111, *roll(about=2, urn="?")))
    assert await feed.database.value("SELECT array_agg(subject_key) FROM left_out") == ["2"]
    await feed.ingest(feed.tape.delete(112, "school_history", 1))
    assert await feed.left_out() == []


async def test_a_column_that_is_missing_is_not_taken_for_an_unchanged_one(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *without(allocation(), "ends")))
    said = await feed.emitted()
    [child] = children(said)
    assert (child.allocations, child.doubtful) == ((), ("allocations",))
    [stopped] = fresh(said)
    assert (stopped.as_of, stopped.broken) == (NINE, ("allocation.ends",))
    assert metrics.missing_columns.labels("allocation", "ends")._value.get() == 1


async def test_nothing_is_said_to_be_fresh_until_the_column_comes_again_and_all_is_read_anew(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *without(allocation(), "ends")))
    await feed.emitted()
    await feed.ingest(feed.tape.beat(111, NINE + timedelta(seconds=1)))
    assert await feed.emitted() == []
    await feed.ingest(feed.tape.put(112, *allocation(ends=day("2026-01-02"))), feed.tape.beat(113, NINE))
    assert await feed.emitted() == []
    assert await feed.phase() == "missed"  # the watch has a new snapshot taken
    await feed.ask()
    later = heartbeat(NINE + timedelta(minutes=1))
    await feed.ingest(feed.tape.snapshot(200, *WORLD[:-1], later))
    await feed.catch_up()
    said = await feed.emitted()
    assert [(one.as_of, one.broken) for one in fresh(said)] == [(NINE + timedelta(minutes=1), ())]
    assert [child.doubtful for child in children(said)] == [()]


async def test_a_snapshot_without_the_column_stays_broken_and_one_with_it_heals(feed: Feed) -> None:
    await feed.live()
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(200, without(WORLD[4], "job"), *WORLD[:4], *WORLD[5:]))
    await feed.catch_up()
    said = await feed.emitted()
    assert [one.broken for one in fresh(said)] == [("worker.job",)]
    assert [one.doubtful for one in said if isinstance(one, Worker)] == [("role",)]
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(300, *WORLD))
    await feed.catch_up()
    said = await feed.emitted()
    assert [one.broken for one in fresh(said)] == [()]
    assert [one.doubtful for one in said if isinstance(one, Worker)] == [()]


async def test_another_type_of_a_column_stops_plain_answers_as_a_missing_one_does(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *allocation(ends="2026-01-02")))
    said = await feed.emitted()
    assert [one.broken for one in fresh(said)] == [("allocation.ends",)]
    assert [child.doubtful for child in children(said)] == [("allocations",)]
    assert "as another type: allocation.ends." in (await Flow(feed.database.db, grace_s=0).unready() or "")
    why = "SELECT why FROM missing_column WHERE (source_table, column_name) = ('allocation', 'ends')"
    assert await feed.database.value(why) == "other_type"


@pytest.mark.parametrize(
    "broken",
    [allocation(ends="2026-01-02"), without(allocation(), "ends"), allocation(about="one"), worker(job=7)],  # type: ignore[arg-type]
    ids=["type", "name", "owner", "text"],
)
async def test_a_shape_that_is_mended_heals_by_itself_when_a_change_of_that_table_comes_whole(
    feed: Feed, broken: tuple[str, dict[str, Any]]
) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *broken))
    await feed.ingest(feed.tape.put(111, *(worker() if broken[0] == "worker" else allocation())))
    assert await feed.phase() == "missed"
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(200, *WORLD))
    await feed.catch_up()
    said = await feed.emitted()
    assert [one.broken for one in fresh(said)][-1] == ()
    newest = {one.key: one.doubtful for one in said if isinstance(one, (Child, Worker))}
    assert set(newest.values()) == {()}


async def test_a_shape_heals_by_itself_where_nothing_changes_in_its_table_for_long(feed: Feed) -> None:
    """The source was mended, and no change tells: after a while all is read anew, and that tells."""
    await feed.live()
    await feed.ingest(feed.tape.put(110, *without(allocation(), "ends")))
    for aged, phase in ((timedelta(), "live"), (HEALED_AFTER, "missed")):
        await feed.database.execute("UPDATE missing_column SET since = since - $1::interval", aged)
        await heal(feed.chosen, feed.database.db)
        assert await feed.phase() == phase
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(200, *WORLD))
    await feed.catch_up()
    assert [one.broken for one in fresh(await feed.emitted())][-1] == ()


async def test_only_who_has_a_connector_to_ask_has_all_read_anew_by_itself(feed: Feed) -> None:
    await feed.begin_again(1)
    await feed.live()
    await feed.ingest(feed.tape.put(110, *without(allocation(), "ends")))
    await feed.database.execute("UPDATE missing_column SET since = since - $1::interval", HEALED_AFTER)
    for url, phase in (("", "live"), ("http://127.0.0.1:1", "missed")):
        await begin_again(feed.database.db, Settings(connect_url=url))
        assert await feed.phase() == phase


@pytest.mark.parametrize(("column", "named"), [("person_id", "allocation.person_id"), ("id", "allocation.id")])
async def test_a_row_that_does_not_say_any_more_whose_it_is_takes_nobodys_worker_away(
    feed: Feed, column: str, named: str
) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *without(allocation(is_lead=False), column)))
    said = await feed.emitted()
    assert [one.broken for one in fresh(said)] == [(named,)]
    assert all(child.allocations for child in children(said))


async def test_only_the_placeholder_means_unchanged(feed: Feed) -> None:
    await feed.live(*WORLD[1:], person(former_upns=["L850200023001"]))
    unchanged: dict[str, Any] = {"former_upns": ["__debezium_unavailable_value"]}
    await feed.ingest(feed.tape.put(110, *person(given="Mira", **unchanged)))
    [child] = children(await feed.emitted())
    assert (child.former_upns, child.doubtful) == (("L850200023001",), ())


@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "two batches"])
@pytest.mark.parametrize("changed_before", [True, False])
async def test_a_row_whose_key_changes_keeps_what_was_not_sent_again(
    feed: Feed, at_once: bool, changed_before: bool
) -> None:
    unchanged = {"former_upns": ["__debezium_unavailable_value"]}
    await feed.live(*WORLD[1:], person(former_upns=["L850200023001"]))
    records = [feed.tape.put(109, *person(given="Mira", **unchanged))] if changed_before else []
    records.append(feed.tape.delete(110, "person", 1, moved_to=7))
    records.append(feed.tape.put(110, *person(7, given="Mira", **unchanged), op="c", was=1))
    for batch in [records] if at_once else [[record] for record in records]:
        await feed.ingest(batch)
    [moved] = [child for child in children(await feed.emitted()) if not child.ended and child.revision == 1]
    assert (moved.given_name, moved.former_upns, moved.doubtful) == ("Mira", ("L850200023001",), ())
    await feed.ingest(records)  # and when all of it comes again
    assert [child for child in children(await feed.emitted()) if child.doubtful] == []


async def test_what_is_nowhere_to_be_found_again_is_doubted(feed: Feed) -> None:
    await feed.live()
    unchanged = {"former_upns": ["__debezium_unavailable_value"]}
    await feed.ingest(feed.tape.put(110, *person(7, **unchanged), op="c", was=5))
    [moved] = children(await feed.emitted())
    assert moved.doubtful == ("former_upns",)


async def test_records_that_are_no_row_changes_are_counted_and_stop_nothing(feed: Feed) -> None:
    await feed.live()
    count = metrics.passed_over.labels("message")
    before = count._value.get()
    forged = [b'{"op":"c","source":{"table":"team"}}', b'{"op":"u","source":{"table":"team","lsn":5},"after":null}']
    message = b'{"op":"m","source":{"table":"","lsn":105},"message":{"prefix":"p","content":"eA=="}}'
    others = [
        feed.tape.bytes(value)
        for value in [message] * 30 + [*forged, b"", b"\xff", b"[]", b'{"status":"BEGIN","id":"1"}']
    ]
    await feed.ingest(
        *others, feed.tape.put(110, *person(given="Mira")), feed.tape.beat(111, NINE + timedelta(seconds=1))
    )
    said = await feed.emitted()
    assert ([type(one) for one in said], count._value.get()) == ([Child, Freshness], before + 30)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("message", b'{"op":"m","source":{"table":"","lsn":105},"message":{"prefix":"p","content":"eA=="}}'),
        ("own_heartbeat", b'{"ts_ms":1795409405777}'),
        ("schema", b'{"source":{"table":"person"},"databaseName":"x","ddl":"ALTER","tableChanges":[]}'),
        ("transaction", b'{"status":"END","id":"2293:50828560","event_count":1,"ts_ms":1}'),
        ("signal", b'{"op":"c","source":{"table":"s","lsn":1},"after":{"id":"1","type":"log","data":"{}"}}'),
        ("tombstone", None),
    ],
)
async def test_the_tools_own_records_are_passed_over_counted_and_never_set_aside(
    feed: Feed, kind: str, value: bytes | None
) -> None:
    """Setting aside is for what raises: this raises nothing, and what comes with it is kept and emitted."""
    await feed.live()
    count = metrics.passed_over.labels(kind)
    before = count._value.get()
    await feed.ingest(feed.tape.bytes(value), feed.tape.put(110, *person(given="Mira")), feed.tape.bytes(value))
    assert count._value.get() == before + 2
    assert [child.given_name for child in children(await feed.emitted())] == ["Mira"]
    assert await feed.database.value("SELECT count(*) FROM missing_column") == 0
