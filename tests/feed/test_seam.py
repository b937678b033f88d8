"""A second source goes through the whole feed, from raw records to what is emitted: nothing knows the first by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from services.feed.catching_up import commands
from services.feed.chosen import Chosen, load
from services.feed.mirror.store import OtherSource
from shared.contracts.feed import Freshness, Team, Worker
from tests.feed.sources.tiny import source
from tests.feed.world import NINE, WORLD, Feed, Row, Tape, children, day, fresh, without
from tests.support.databases import Clone

TINY = Chosen(source, load("council", "capture").way)

PUPIL = ("pupil", {"ref": "P-7", "first": "Mirela", "last": "Thornwick", "dob": day("2014-03-05")})
ENROLMENT = ("enrolment", {"pupil_ref": "P-7", "site": "990001", "since": day("2020-09-01"), "until": None})
LINK = ("link", {"no": "L/1", "pupil_ref": "P-7", "office": "N/W", "staff_no": 12, "since": day("2024-01-09")})
OFFICER = ("officer", {"office": "N/W", "staff_no": 12, "called": "Ione Marlowick"})
OFFICE = ("office", {"code": "N/W", "title": "North West"})
PULSE = ("pulse", {"which": "main", "beaten": NINE})
ALL: tuple[tuple[str, Row], ...] = (PUPIL, ENROLMENT, LINK, OFFICER, OFFICE, PULSE)


@pytest.fixture
async def tiny(database: Callable[..., Awaitable[Clone]], tape: Tape) -> Feed:
    """A feed of the tiny source on a fresh database."""
    return Feed(await database("feed"), tape, TINY)


def changed(row: tuple[str, Row], **cells: object) -> tuple[str, Row]:
    return row[0], {**row[1], **cells}


async def test_a_snapshot_is_emitted_whole_and_how_fresh_it_is(tiny: Feed) -> None:
    await tiny.begin_again(1)
    await tiny.ingest(tiny.tape.snapshot(100, *ALL))
    await tiny.catch_up()
    worker, team, child, beat = await tiny.emitted()
    assert isinstance(worker, Worker)
    assert isinstance(team, Team)
    assert isinstance(beat, Freshness)
    [child] = children([child])
    assert (worker.team_id, child.allocations[0].worker_id) == (team.team_id, worker.worker_id)
    assert (child.given_name, child.born, child.rolls[0].school) == ("Mirela", day("2014-03-05"), "990001")
    assert beat.as_of == NINE
    keys = await tiny.database.rows("SELECT kind, key FROM subject ORDER BY 1")
    assert {row["kind"]: row["key"] for row in keys} == {
        "child": "P-7", "freshness": "main", "team": "N/W", "worker": "N\\/W/12",
    }  # fmt: skip


async def test_changes_deletes_and_the_heartbeat_come_through(tiny: Feed) -> None:
    await tiny.live(*ALL)
    later = NINE + timedelta(seconds=1)
    await tiny.ingest(
        tiny.tape.put(110, *changed(PUPIL, first="Mira")),
        tiny.tape.delete(111, "enrolment", {"pupil_ref": "P-7", "site": "990001"}),
        tiny.tape.put(112, *changed(OFFICER, called="Tilde Fenwarren")),
        tiny.tape.put(113, *changed(PULSE, beaten=later)),
    )
    said = await tiny.emitted()
    assert [(child.given_name, child.rolls) for child in children(said)] == [("Mira", ())]
    assert [one.name for one in said if isinstance(one, Worker)] == ["Tilde Fenwarren"]
    assert [one.as_of for one in fresh(said)] == [later]


async def test_a_row_that_goes_to_another_child_changes_both_and_one_that_names_nobody_stays(tiny: Feed) -> None:
    await tiny.live(*ALL, changed(PUPIL, ref="P-8"))
    await tiny.ingest(tiny.tape.put(110, *changed(LINK, pupil_ref="P-8")))
    assert sorted(len(child.allocations) for child in children(await tiny.emitted())) == [0, 1]
    await tiny.ingest(tiny.tape.put(111, *changed(LINK, pupil_ref=None, staff_no=None)))
    [child] = children(await tiny.emitted())
    assert (child.allocations, child.doubtful) == ((), ("allocations",))
    cell = {"source_table": "link", "key": "L/1", "column_name": "office", "why": "bad_key"}
    assert await tiny.left_out() == [cell]


async def test_a_row_whose_key_changes_keeps_what_was_not_sent_again(tiny: Feed) -> None:
    await tiny.live(*ALL)
    old, new = {"office": "N/W", "staff_no": 12}, changed(OFFICER, staff_no=13, called="__debezium_unavailable_value")
    await tiny.ingest(tiny.tape.delete(110, "officer", old, moved_to={**old, "staff_no": 13}))
    await tiny.ingest(tiny.tape.put(110, *new, op="c", was=old))
    workers = [one for one in await tiny.emitted() if isinstance(one, Worker)]
    assert [(one.ended, one.name) for one in workers] == [(True, ""), (False, "Ione Marlowick")]


@pytest.mark.parametrize(
    ("record", "broken"),
    [
        (without(OFFICER, "staff_no"), ("officer.office", "officer.staff_no")),
        (without(PUPIL, "dob"), ("pupil.dob",)),
        (changed(LINK, pupil_ref="x" * 201), ("link.pupil_ref",)),
        (changed(LINK, no="x" * 201), ("link.no",)),
    ],
)
async def test_columns_that_are_missing_or_hold_no_keys_make_nothing_fresh(
    tiny: Feed, record: tuple[str, Row], broken: tuple[str, ...]
) -> None:
    await tiny.live(*ALL)
    await tiny.ingest(tiny.tape.put(110, *record))
    assert [one.broken for one in fresh(await tiny.emitted())] == [broken]


async def test_a_new_snapshot_and_a_raised_epoch_emit_who_is_gone_and_everybody(tiny: Feed) -> None:
    await tiny.begin_again(1)
    await tiny.live(*ALL, changed(PUPIL, ref="P-8"))
    await tiny.begin_again(2)
    await tiny.ask()
    await tiny.ingest(tiny.tape.snapshot(200, *ALL))
    await tiny.catch_up()
    said = await tiny.emitted()
    assert sorted(child.ended for child in children(said)) == [False, True]
    assert len(said) == 5
    await commands.forget_with(TINY, tiny.database.db)


async def test_records_of_tables_that_the_source_does_not_have_are_passed_over(tiny: Feed) -> None:
    await tiny.live(*ALL)
    await tiny.ingest([tiny.tape.put(110 + n, *row) for n, row in enumerate(WORLD)])
    assert await tiny.emitted() == []


async def test_a_database_that_holds_another_source_is_refused_before_anything_is_done(tiny: Feed, tape: Tape) -> None:
    """The same keys are other people there: they would be given the ids of those."""
    await tiny.live(*ALL)
    other = Feed(tiny.database, tape)
    for act in (lambda: other.ingest(tape.beat(120, NINE)), lambda: other.begin_again(9)):
        with pytest.raises(OtherSource, match="tiny"):
            await act()
    assert await tiny.database.value("SELECT epoch FROM cursor") == 0
