"""Sources that are read at once are one to whoever follows: whole, each with its own time, and in any order."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.feed.mirror.store import OtherSource
from tests.feed.extracts import FIRST
from tests.feed.several.world import FILE, SeveralFeed, care, phones, pupil
from tests.feed.world import NINE, Feed, Tape, fresh, heartbeat, roll, team
from tests.support.databases import Clone

ROWS = (pupil(1), pupil(2), roll(1, about=1), roll(2, about=2), heartbeat())
NEW_PHONE = "07700 900777"


@pytest.fixture
async def feed(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> SeveralFeed:
    made = SeveralFeed(await database("feed"), tmp_path)
    await made.begin_again(1)
    return made


async def test_nothing_is_emitted_until_every_source_is_whole_and_then_one_child_of_both(feed: SeveralFeed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *ROWS))
    feed.lay("care", care())
    await feed.take()
    assert await feed.all() == []
    feed.lay("phones", phones(w2=NEW_PHONE))
    await feed.take()
    states = await feed.states()
    children = {name: told for name, told in states.items() if name.startswith("child")}
    assert set(children) == {"child @education:1", "child @education:2"}
    first = children["child @education:1"]
    assert [one["school"] for one in first["rolls"]] == ["990001"]
    assert [one["team_id"] for one in first["cases"]] == ["team t1"]
    assert [one["worker_id"] for one in first["allocations"]] == ["worker w2"]
    assert states["worker w2"]["name"] == "Ione Marlowick2"


async def whole(feed: SeveralFeed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *ROWS))
    feed.lay("care", care())
    feed.lay("phones", phones(w2=NEW_PHONE, w1=""))
    await feed.take()


async def test_a_field_is_taken_from_the_source_that_comes_first_and_has_it(feed: SeveralFeed) -> None:
    await whole(feed)
    states = await feed.states()
    assert states["worker w2"]["phone"] == NEW_PHONE
    assert states["worker w1"]["phone"] == "07700 900101"  # the directory has none
    assert states["team t1"]["duty_phone"] == "01632 960001"  # nothing is said of it: care's own comes first
    assert states["worker w2"]["doubtful"] == []


async def test_each_source_has_its_own_time_and_the_oldest_is_told(feed: SeveralFeed) -> None:
    await whole(feed)
    said = await feed.fresh()
    assert said is not None
    assert {one.name: (one.as_of, one.limit_s) for one in said.sources} == {
        "education": (NINE, 900), "care": (FIRST, 93600), "phones": (FIRST, 604800),
    }  # fmt: skip
    assert (said.as_of, said.lapses_at) == (FIRST, min(NINE + timedelta(seconds=900), FIRST + timedelta(seconds=93600)))
    assert said.broken
    assert not said.surely_broken
    later = NINE + timedelta(seconds=5)
    await feed.ingest(feed.tape.beat(110, later))
    said = await feed.fresh()
    assert said is not None
    assert {one.as_of for one in said.sources} == {later, FIRST}


async def test_while_one_is_read_anew_nothing_of_any_goes_out(feed: SeveralFeed) -> None:
    await whole(feed)
    before = len(await feed.all())
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(200, pupil(1, given="Other"), whole=False))
    feed.lay("care", care(), FIRST + timedelta(days=1))
    await feed.take()
    assert len(await feed.all()) == before
    await feed.ingest(feed.tape.snapshot(200, pupil(1, given="Other"), *ROWS[1:]))
    await feed.catch_up()
    assert (await feed.states())["child @education:1"]["given_name"] == "Other"


async def test_a_missing_column_of_one_source_is_told_of_all(feed: SeveralFeed) -> None:
    await whole(feed)
    table, row = pupil(1)
    await feed.ingest(feed.tape.put(110, table, {n: v for n, v in row.items() if n != "born"}))
    said = await feed.fresh()
    assert said is not None
    assert (said.broken, said.surely_broken) == (("education:person.born",), True)


async def test_a_source_that_is_read_no_more_is_taken_out_with_all_that_it_gave(feed: SeveralFeed) -> None:
    await whole(feed)
    without = FILE.replace('"worker.phone" = ["phones", "care"]', "").split('[[source]]\nname = "phones"')[0]
    after = SeveralFeed(feed.database, feed.folder, without)
    after.seen = await feed.all()
    await after.begin_again(1)
    await after.catch_up()
    assert (await after.states())["worker w2"]["phone"] == "07700 900102"
    assert await after.database.value("SELECT count(*) FROM mirror WHERE source_table LIKE 'phones:%'") == 0
    said = await after.fresh()
    assert said is not None
    assert {one.name for one in said.sources} == {"education", "care"}


async def ids(feed: Feed) -> dict[object, object]:
    rows = await feed.database.rows("SELECT kind, key, id FROM subject")
    return {(row["kind"], row["key"]): row["id"] for row in rows}


async def test_a_source_that_was_read_alone_keeps_its_children_when_another_comes(
    database: Callable[..., Awaitable[Clone]], tmp_path: Path
) -> None:
    """Called as its model it goes on from where it was: nobody gets another id, and no revision goes back."""
    alone = Feed(await database("feed"), Tape())
    await alone.begin_again(1)
    await alone.ingest(alone.tape.snapshot(100, *ROWS, team()))
    await alone.catch_up()
    before = await ids(alone)
    heard = fresh(await alone.emitted())[-1].revision
    text = FILE.replace('"education"', '"council"').replace('["roll"]', '["roll", "staff"]\nshared = true')
    both = SeveralFeed(alone.database, tmp_path, text)
    await both.begin_again(1)
    both.lay("care", care())
    both.lay("phones", phones(w2=NEW_PHONE))
    await both.take()
    states = await both.states()
    assert {"child 1", "child 2"} <= states.keys()
    assert [one["worker_id"] for one in states["child 1"]["allocations"]] == ["worker w2"]
    assert before.items() <= (await ids(both)).items()
    said = await both.fresh()
    assert said is not None
    assert said.revision > heard
    with pytest.raises(OtherSource):
        await alone.begin_again(1)


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_twice_and_late_and_with_refreshes_between_the_same_states_come_of_it(
    database: Callable[..., Awaitable[Clone]], tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    changes = [pupil(1, given="Other"), pupil(2, born=None), roll(1, about=2), roll(3, about=1, urn="990002"), pupil(3)]
    told = []
    for number, order in enumerate((None, dice)):
        feed = SeveralFeed(await database("feed"), tmp_path / str(number))
        await feed.begin_again(1)
        records = [feed.tape.put(110 + n, *change) for n, change in enumerate(changes)]
        feed.tape = Tape()
        await whole(feed)
        feed.lay("care", care(3), FIRST + timedelta(days=1))
        if order:
            records = [one for one in records for _ in range(order.choice((1, 2)))]
            order.shuffle(records)
        for record in records:
            await feed.ingest(record)
            if order and order.random() < 0.4:
                await feed.take()
        await feed.take()
        told.append(await feed.states())
    assert told[0] == told[1]
    assert len(told[0]) > 5
