"""Whatever comes in whatever order, the children are those that the records and decisions make, told all at once.

After every step what was emitted is held against a reckoning of its own: every pupil compared with every person.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.feed.deciding import commands as deciding
from services.feed.deciding.domain import PairChanged
from services.feed.linking.domain import Ends, LinkRecord, Pair, Said, Standing, digest, judge, standings
from services.feed.source import Described, SourceRow
from shared.database.tx import Cause
from shared.web.tokens import Caller
from tests.feed.linking.world import (
    OTHER_UPN,
    STAFF,
    TWOFOLD,
    UPN,
    Follower,
    enrolment,
    is_plain_no,
    keys,
    person,
    pupil,
    worked_with,
)
from tests.feed.sources.twofold import described
from tests.feed.world import Feed, Row, Tape, day
from tests.support.databases import Clone

KEYS = ("1", "2", "3")
UPNS = (UPN, UPN, OTHER_UPN, None)
GIVEN = ("Mirela", "Mirela", "Mirella", "Tobias", None)
FAMILY = ("Thornwick", "Thornwick", "Fenwarren")
BORN = (day("2014-03-05"), day("2014-03-05"), day("2014-05-03"), day("2011-10-20"), None)
OFFICER = Caller(uuid4(), uuid4(), "data_protection_officer", None, None)
STEPS = 60


class Council:
    """The source's rows as they are, what a person has decided, and the feed that is told of it."""

    def __init__(self, feed: Feed, seed: int) -> None:
        self.feed, self.dice = feed, random.Random(seed)
        self.rows: dict[tuple[str, str], Row] = {}
        self.decided: dict[Ends, tuple[bool, bytes, bytes]] = {}
        self.follower, self.position = Follower(), 200

    async def step(self) -> None:
        """Something happens: mostly a record changes or comes, now and then one goes or a person decides."""
        what = self.dice.choices((self.change, self.go, self.decide), (6, 1, 4))[0]
        await what()
        self.follower.follow(await self.feed.emitted())

    async def change(self) -> None:
        changes = [self._changed() for _ in range(self.dice.choice((1, 1, 2)))]
        await self.feed.ingest([self.feed.tape.put(self._next(), table, row) for table, row in changes])

    def _changed(self) -> tuple[str, Row]:
        key, dice = self.dice.choice(KEYS), self.dice
        cells = [dice.choice(values) for values in (UPNS, GIVEN, FAMILY, BORN)]
        names = ("first", "last") if (table := dice.choice(("pupil", "person"))) == "pupil" else ("forename", "surname")
        made = (pupil if table == "pupil" else person)(key, **dict(zip(("upn", *names, "dob"), cells, strict=True)))
        self.rows[table, key] = made[1]
        return made

    async def go(self) -> None:
        if not self.rows:
            return
        table, key = self.dice.choice(sorted(self.rows))
        del self.rows[table, key]
        column = {"pupil": "ref", "person": "no"}[table]
        await self.feed.ingest(self.feed.tape.delete(self._next(), table, {column: key}))

    async def decide(self) -> None:
        """A person says something of a pair that there is, having seen it as it is."""
        pairs = await self.feed.database.rows("SELECT id, roll, care FROM link_pair ORDER BY roll, care")
        if not pairs:
            return
        pair, same = self.dice.choice(pairs), self.dice.choice((True, False, None))
        id, ends = pair["id"], Ends(str(pair["roll"]), str(pair["care"]))
        assert isinstance(id, UUID)
        async with self.transaction() as tx:
            shown = await deciding.compare(tx, OFFICER, id)
            await deciding.decide(tx, TWOFOLD, OFFICER, id, same, shown.seen)
        records = self.records()
        self.decided.pop(ends, None)
        if same is not None:
            self.decided[ends] = (same, digest(records[ends.roll].described), digest(records[ends.care].described))

    def transaction(self) -> Any:
        return self.feed.database.db.transaction(Cause("feed", uuid4()))

    def _next(self) -> int:
        self.position += 1
        return self.position

    def records(self) -> dict[str, LinkRecord]:
        """Each record as it is described, by its child's key."""
        tables = TWOFOLD.source.tables
        found = [(table, tables[table].child(key), row) for (table, key), row in self.rows.items()]
        return {key: LinkRecord(key, tables[t].side, self._described(t, key, row)) for t, key, row in found}

    def _described(self, table: str, key: str, row: Row) -> Described:
        return described(SourceRow(table, key, key, row))

    def expected(self) -> dict[Ends, Standing]:
        """How the pairs stand, by comparing all with all."""
        records = self.records()
        sides = [[r for r in records.values() if r.side == side] for side in ("roll", "care")]
        pairs = []
        for roll in sides[0]:
            for care in sides[1]:
                said = self._said(Ends(roll.key, care.key), roll, care)
                judged = judge(roll, care, said)
                decided = said.same if said and said.counts else None
                if judged.verdict != "different" or decided is not None:
                    pairs.append(Pair(judged.ends, judged.verdict, decided))
        return standings(pairs)

    def _said(self, ends: Ends, roll: LinkRecord, care: LinkRecord) -> Said | None:
        if (said := self.decided.get(ends)) is None:
            return None
        return Said(said[0], said[1:] == (digest(roll.described), digest(care.described)))


@pytest.fixture
async def feed(database: Callable[..., Awaitable[Clone]], tape: Tape) -> Feed:
    made = Feed(await database("feed"), tape, TWOFOLD)
    known = [row for key in KEYS for row in (enrolment(key), *worked_with(key))]
    await made.live(*STAFF, *known)
    return made


async def agree(council: Council, step: int) -> set[Standing]:
    """What was emitted is what the records and decisions make; how pairs stand at this step."""
    expected, records = council.expected(), council.records()
    keyed = await keys(council.feed)
    said = {keyed[id]: child for id, child in council.follower.children.items() if not child.ended}
    linked = {ends for ends, standing in expected.items() if standing == "linked"}
    waiting = {ends.roll for ends, standing in expected.items() if standing == "waiting"}
    assert set(said) == records.keys() - {ends.care for ends in linked}, step
    for key, child in said.items():
        people = {ends.care for ends in linked if ends.roll == key} | ({key} if key.startswith("care:") else set())
        assert (len(child.cases), len(child.allocations)) == (len(people), len(people)), (step, key)
        if key in waiting:
            assert {"cases", "allocations"} <= set(child.doubtful), (step, key)
        maybe = [e for e, standing in expected.items() if e.roll == key and standing in ("linked", "waiting")]
        assert not (maybe and is_plain_no(child)), (step, key)
    return set(expected.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_order_of_changes_and_decisions_ends_as_if_all_had_come_at_once(feed: Feed, seed: int) -> None:
    council = Council(feed, seed)
    seen: set[Standing] = set()
    for step in range(STEPS):
        await council.step()
        seen |= await agree(council, step)
    assert {"linked", "waiting", "apart"} <= seen  # else nothing was tried


async def test_who_saw_something_else_decides_nothing(feed: Feed) -> None:
    council = Council(feed, 0)
    await feed.ingest([feed.tape.put(201, *row) for row in (pupil(), person(upn=None, forename="Mirella"))])
    [row] = await feed.database.rows("SELECT id FROM link_pair")
    async with council.transaction() as tx:
        shown = await deciding.compare(tx, OFFICER, row["id"])  # type: ignore[arg-type]
    await feed.ingest(feed.tape.put(202, *person(upn=None, forename="Mirelle")))
    with pytest.raises(PairChanged):
        async with council.transaction() as tx:
            await deciding.decide(tx, TWOFOLD, OFFICER, row["id"], True, shown.seen)  # type: ignore[arg-type]
    assert await feed.database.value("SELECT count(*) FROM link_decision") == 0
