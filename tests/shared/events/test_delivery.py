"""The inbox by itself: what counts as new, what is passed over, what poison costs, and what a manifest may not say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.contracts import Undecodable
from shared.database.tx import Tx
from shared.events.consumers import Consumers, Raw
from shared.events.dead import dead_list, letter, replay_topic, restored
from shared.events.delivery import POISON_RUN_MAX, CircuitOpen, Delivery
from shared.events.facts import Once, ReceivedFact
from shared.events.states import Newest, Projector
from shared.events.watermark import Watermark
from shared.log.record import Deferred, Record
from shared.manifest import Ingestion, Projection, Reaction
from tests.shared.world import (
    InMemory,
    Stage,
    counted,
    fact_type,
    forget,
    keep,
    put,
    record,
    state_type,
)
from tests.support.databases import Clone

FACT = fact_type("inbox.facts.v1")
OTHER = state_type("inbox.other.v1")
GROUP = "inbox.keep"
KEEPING = Projector(put, forget)


class Kept:
    """A reaction that keeps what it was given, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[ReceivedFact]] = []
        self.__name__ = "react"

    async def __call__(self, tx: Tx, heard: Sequence[ReceivedFact]) -> None:
        self.batches.append(list(heard))
        await keep(tx, heard)


@pytest.fixture
def stage() -> Stage:
    return Stage(InMemory())


def delivery(stage: Stage, suite: Clone, reader: Any) -> Delivery:
    return Delivery(suite.db, stage.bus(), GROUP, reader)


def hearing(stage: Stage, suite: Clone, react: Any = keep, **options: bool) -> Delivery:
    return delivery(stage, suite, Once(GROUP, [Reaction(facts=(FACT,), to=react, group="keep", **options)]))


def placed(*records: Record) -> list[Record]:
    """As one partition would hand them over."""
    return [replace(one, partition=0, offset=offset) for offset, one in enumerate(records)]


async def test_a_batch_is_one_reaction_with_the_new_ones_in_order(stage: Stage, suite: Clone) -> None:
    react, one, two = Kept(), record(counted(FACT, 1)), record(counted(FACT, 2))
    inbox = hearing(stage, suite, react)
    await inbox.deliver(placed(two, one, two))
    await inbox.deliver(placed(two, one))
    assert [[heard.record.value for heard in batch] for batch in react.batches] == [[two.value, one.value]]


async def test_the_same_id_of_another_source_is_another_event(stage: Stage, suite: Clone) -> None:
    one = record(counted(FACT, 1))
    other = replace(one, headers=tuple((n, b"else" if n == "ce_source" else v) for n, v in one.headers))
    await hearing(stage, suite).deliver(placed(one, other))
    assert await suite.value("SELECT count(*) FROM kept") == 2


async def test_types_that_are_not_reacted_to_are_passed_over(stage: Stage, suite: Clone) -> None:
    await hearing(stage, suite).deliver(placed(record(OTHER(name="a", revision=1))))
    assert await suite.value("SELECT count(*) FROM inbox") == 0


async def test_with_everything_unknown_types_are_reacted_to_too(stage: Stage, suite: Clone) -> None:
    react, unknown = Kept(), record(OTHER(name="a", revision=1))
    await hearing(stage, suite, react, everything=True).deliver(placed(unknown))
    [[heard]] = react.batches
    assert (heard.event, heard.meta.type, heard.record.value) == (None, OTHER.type, unknown.value)


async def test_poison_in_a_batch_costs_few_transactions(stage: Stage, suite: Clone) -> None:
    react = Kept()
    await hearing(stage, suite, react).deliver(
        placed(*(record(counted(FACT, 100 if n == 40 else n)) for n in range(64)))
    )
    assert await suite.value("SELECT count(*) FROM kept") == 63
    assert len(react.batches) < 20
    assert len(await stage.buses[0].read("inbox.keep.dead")) == 1


async def test_reactions_that_do_not_commute_stop_at_poison(stage: Stage, suite: Clone) -> None:
    with pytest.raises(CircuitOpen):
        await hearing(stage, suite, stops=True).deliver(placed(record(counted(FACT, 1)), record(counted(FACT, 100))))
    assert await stage.buses[0].read("inbox.keep.dead") == []


async def test_poison_is_counted_in_a_row_not_in_sum(stage: Stage, suite: Clone) -> None:
    inbox = hearing(stage, suite)
    for offset in range(POISON_RUN_MAX + 5):
        pair = placed(record(counted(FACT, offset)), record(counted(FACT, 100)))
        await inbox.deliver([replace(one, offset=2 * offset + one.offset) for one in pair])
    assert len(await stage.buses[0].read("inbox.keep.dead")) == POISON_RUN_MAX + 5


async def test_what_is_held_is_not_counted_again_when_it_comes_again(stage: Stage, suite: Clone) -> None:
    inbox, bad = hearing(stage, suite), placed(record(counted(FACT, 100)))
    for _ in range(POISON_RUN_MAX + 5):
        with pytest.raises(Deferred):
            await inbox.deliver(bad)
    assert inbox.unready is not None


async def test_a_transient_failure_is_tried_again_and_told(stage: Stage, suite: Clone) -> None:
    failures = [KeyError(), TimeoutError()]

    async def stormy(tx: Tx, heard: Sequence[ReceivedFact]) -> None:
        if failures:
            raise failures.pop()
        await keep(tx, heard)

    inbox = hearing(stage, suite, stormy)
    working = asyncio.create_task(inbox.deliver(placed(record(counted(FACT, 1)))))
    await working
    assert (inbox.unready, await suite.value("SELECT count(*) FROM kept")) == (None, 1)


async def test_of_a_batch_the_newest_revision_of_each_key_is_put(stage: Stage, suite: Clone) -> None:
    given: list[tuple[str, int]] = []

    async def put_noted(tx: Tx, states: Sequence[Any]) -> None:
        given.extend((state.name, state.revision) for state in states)

    reader = Newest([Projection(OTHER, Projector(put_noted, forget))], Watermark(stage.bus(), {}))
    said = [record(OTHER(name=name, revision=n)) for name, n in (("b", 1), ("a", 3), ("a", 2), ("b", 5))]
    await delivery(stage, suite, reader).deliver(placed(*said))
    assert given == [("a", 3), ("b", 5)]


async def test_a_tombstone_without_headers_is_enough(stage: Stage, suite: Clone) -> None:
    reader = Newest([Projection(OTHER, KEEPING)], Watermark(stage.bus(), {}))
    inbox = delivery(stage, suite, reader)
    await inbox.deliver(placed(record(OTHER(name="a", revision=1))))
    await inbox.deliver(placed(Record(OTHER.topic, b"a", None)))
    assert await suite.value("SELECT count(*) FROM newest") == 0


async def test_a_foreign_topic_is_ingested_as_it_is_tombstones_too(stage: Stage, suite: Clone) -> None:
    ingested: list[bytes | None] = []

    async def ingest(tx: Tx, records: Sequence[Record]) -> None:
        if any(one.value == b"bad" for one in records):
            raise Undecodable("NotOurs")
        ingested.extend(one.value for one in records)

    raw = [Record("raw", b"k", value) for value in (b"1", None, b"bad", b"2")]
    await delivery(stage, suite, Raw(Ingestion(topic="raw", to=ingest, group="ingest"))).deliver(placed(*raw))
    assert ingested == [b"1", None, b"2"]
    [dead] = await stage.buses[0].read("inbox.keep.dead")
    assert (dead.value, dict(dead.headers)["dead_error"]) == (b"bad", b"NotOurs")


async def test_a_replayed_tombstone_is_passed_over(stage: Stage, suite: Clone) -> None:
    reader = Newest([Projection(OTHER, KEEPING)], Watermark(stage.bus(), {}))
    inbox = delivery(stage, suite, reader)
    await inbox.deliver(placed(record(OTHER(name="a", revision=1))))
    gone = letter(Record(OTHER.topic, b"a", None, (), 0, 0), GROUP, "X")
    await inbox.deliver([replace(gone, topic=replay_topic(GROUP))])
    assert await suite.value("SELECT count(*) FROM newest") == 1


def test_a_letter_gives_back_the_record_that_it_was() -> None:
    was = Record("t", b"k", b"v", (("odd", b"\xff"),), 3, 42)
    assert restored(letter(was, GROUP, "Because")) == was


NO_VALUE: tuple[tuple[str, bytes], ...] = (("dead_topic", None),)  # type: ignore[assignment]
"""As Kafka's clients give a header that has no value."""
ODD = (("dead_topic", b"t"), ("dead_partition", b"first"), ("dead_offset", b"\xff"), ("dead_error", b"E"))


@pytest.mark.parametrize("headers", [NO_VALUE, ODD, ()], ids=["no value", "no number", "none"])
async def test_what_somebody_else_puts_among_the_replayed_is_set_aside_and_listed(
    stage: Stage, suite: Clone, headers: tuple[tuple[str, bytes], ...]
) -> None:
    reader = Newest([Projection(OTHER, KEEPING)], Watermark(stage.bus(), {}))
    strange = placed(*[Record(replay_topic(GROUP), b"k", b"v", headers)] * (POISON_RUN_MAX + 2))
    await delivery(stage, suite, reader).deliver([*strange, *placed(record(OTHER(name="a", revision=1)))])
    assert await suite.value("SELECT count(*) FROM newest") == 1
    assert {one.error for one in await dead_list(stage.buses[0], GROUP)} == {"NotALetter"}


def test_facts_and_states_do_not_share_a_group(stage: Stage, suite: Clone) -> None:
    with pytest.raises(ValueError, match="share a group"):
        one = Reaction(facts=(FACT,), to=keep, group="one")
        Consumers("s", suite.db, stage.bus(), [one], [Projection(OTHER, KEEPING, group="one")])


def test_nothing_comes_after_what_is_not_followed(stage: Stage, suite: Clone) -> None:
    with pytest.raises(ValueError, match="does not project"):
        late = Projection(OTHER, KEEPING, after=(state_type("x.y.v1"),))
        Consumers("s", suite.db, stage.bus(), projects=[late])
