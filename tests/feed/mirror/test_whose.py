"""A row of which it cannot be read any more whose it is was somebody's: that child does not lose it by a plain no."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts import Event
from shared.contracts.feed import Child
from tests.feed.world import NINE, WORLD, Feed, Row, allocation, children, fresh, involvement, person, roll

UNUSABLE = [None, "1", 1.0, {"scale": 0, "value": "AQ=="}, 2**70, True]
IDS = ["NULL", "text", "numeric", "struct", "too large", "boolean"]
ROWS = [roll, involvement, allocation]


def without_owner(made: tuple[str, Row], owner: object) -> tuple[str, Row]:
    return made[0], {**made[1], "person_id": owner}


async def streamed(feed: Feed, row: tuple[str, Row]) -> list[Event]:
    await feed.ingest(feed.tape.put(110, *row))
    return list(await feed.emitted())


async def read_anew(feed: Feed, row: tuple[str, Row]) -> list[Event]:
    await feed.ask()
    rest = [one for one in WORLD if one[0] != row[0]]
    await feed.ingest(feed.tape.snapshot(200, row, *rest))
    await feed.catch_up()
    return list(await feed.emitted())


def is_doubted(child: Child) -> bool:
    """As a reader takes it: no plain answer rests on the part."""
    return bool(child.doubtful) or (not child.rolls and bool(child.perhaps_rolls))


@pytest.mark.parametrize("how", [streamed, read_anew])
@pytest.mark.parametrize("owner", UNUSABLE, ids=IDS)
@pytest.mark.parametrize("made", ROWS)
async def test_a_child_whose_row_does_not_say_any_more_whose_it_is_keeps_it_and_is_doubted(
    feed: Feed, made: Any, owner: object, how: Any
) -> None:
    await feed.live()
    said = await how(feed, without_owner(made(), owner))
    [child] = children(said)
    assert is_doubted(child)
    assert (len(child.rolls) + len(child.perhaps_rolls), len(child.cases), child.ended) == (1, 1, False)
    why = "no_key" if owner is None else "bad_key"
    [cell] = await feed.left_out()
    assert cell == {"source_table": made()[0], "key": "1", "column_name": "person_id", "why": why}


@pytest.mark.parametrize("how", [streamed, read_anew])
@pytest.mark.parametrize("owner", UNUSABLE[1:], ids=IDS[1:])
async def test_a_column_of_owners_that_holds_no_keys_is_as_good_as_missing(feed: Feed, owner: object, how: Any) -> None:
    await feed.live()
    said = await how(feed, without_owner(involvement(), owner))
    assert [one.broken for one in fresh(said)] == [("involvement.person_id",)]


async def test_a_row_that_is_nobodys_stops_no_plain_answers_about_others(feed: Feed) -> None:
    await feed.live()
    said = await streamed(feed, without_owner(involvement(), None))
    await feed.ingest(feed.tape.beat(111, NINE.replace(hour=10)))
    assert [one.broken for one in [*fresh(said), *fresh(await feed.emitted())]] == [()]


async def test_the_owner_that_an_earlier_record_of_the_same_batch_names_is_not_forgotten(feed: Feed) -> None:
    await feed.live(*WORLD, person(2))
    first = feed.tape.put(110, *involvement(5, about=2), op="c")
    await feed.ingest(first, *[feed.tape.put(111 + n, *without_owner(involvement(5), None)) for n in (0, 1)])
    assert [(len(child.cases), child.doubtful) for child in children(await feed.emitted())] == [(1, ("cases",))]


async def test_mended_the_row_is_its_childs_again_without_doubt(feed: Feed) -> None:
    await feed.live()
    [doubted] = children(await streamed(feed, without_owner(involvement(), None)))
    await feed.ingest(feed.tape.put(120, *involvement()))
    [child] = children(await feed.emitted())
    assert (doubted.doubtful, child.doubtful, await feed.left_out()) == (("cases",), (), [])
