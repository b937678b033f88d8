"""Takes the lists that are sent beside the payload: restricted children, staff, teams. Each comes as a whole.

One by which too much would change is not taken but with a reason, which is kept: by a list that came out empty nobody
would be restricted any more.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from services.feed.chosen import Chosen
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursors, MirrorRow
from services.feed.pushing import store
from services.feed.pushing.commands import bring, strand_of
from services.feed.pushing.domain import PushNotTaken
from services.feed.refreshing.domain import Fuse, TableTally, held
from services.feed.several.strand import Strand
from services.feed.source import Body
from services.feed.ways.push.elements import CHILD, CHILD_ID
from services.feed.ways.push.lists import ids, rows
from services.feed.ways.push.refused import PushRefused
from shared.database.tx import Tx

ListName = Literal["restricted", "staff", "teams"]
NAMES: Sequence[ListName] = get_args(ListName)


class Reasoned(NamedTuple):
    """When a list is held, and why this one is to be taken all the same; None: nobody said so."""

    fuse: Fuse
    reason: str | None


async def take_list(tx: Tx, chosen: Chosen, name: ListName, found: Sequence[Any], reasoned: Reasoned) -> None:
    """Keep this list in place of the one before, and emit whose state it changes. Raises PushRefused, PushNotTaken."""
    strand, cursors = strand_of(chosen), await mirror.cursors(tx, chosen)
    if cursors.of[strand.name].phase == "reading":
        raise PushNotTaken("A snapshot is being taken in. Send this again in a few minutes.")
    if name == "restricted":
        await _take_restricted(tx, ids(found), reasoned)
        await bring(tx, chosen, cursors, await remarked(tx, strand, cursors))
    elif name in strand.source.tables:
        await _take_rows(tx, chosen, cursors, name, rows(found, strand.source.tables[name]), reasoned)
    else:
        raise PushNotTaken("This list comes from another source of the council's.")
    await store.put_list(tx, name, len(found), reasoned.reason)


async def _take_restricted(tx: Tx, listed: set[str], reasoned: Reasoned) -> None:
    before = await store.all_restricted(tx)
    if reasoned.fuse.blows(len(before - listed), len(before)):
        _hold([f"{len(before - listed):,} of {len(before):,} children would be restricted no more."], reasoned)
    await store.put_restricted(tx, listed)


async def remarked(tx: Tx, strand: Strand, cursors: Cursors) -> list[MirrorRow]:
    """The rows of children who are marked otherwise than the list of restricted children has them, marked anew."""
    name, generation = strand.named(CHILD), cursors.of[strand.name].generation
    return [
        MirrorRow(name, key, {**body, "restricted": is_listed}, generation, 0)
        for key, body, is_listed in await store.wrongly_marked(tx, name, CHILD_ID)
    ]


async def _take_rows(
    tx: Tx, chosen: Chosen, cursors: Cursors, name: str, sent: Mapping[str, Body], reasoned: Reasoned
) -> None:  # fmt: skip
    if not sent:
        raise PushRefused("The list has no entries. A council without any is not taken for one: see how it was made.")
    strand, tally = strand_of(chosen), TableTally()
    table, called = strand.source.tables[name], strand.named(name)
    before = await store.rows_in(tx, called)
    watched = [*table.moves, *([table.ends] if table.ends else [])]
    filled: dict[str | None, int] = {c: sum(body.get(c) is not None for body in before.values()) for c in watched}
    tally.add(table, {None: len(before), **filled})
    differing = {key for key in before.keys() | sent.keys() if before.get(key) != sent.get(key)}
    for key in differing:
        tally.note(table, before.get(key), sent.get(key))
    if sentences := list(held({name: table}, {name: tally}, reasoned.fuse)):
        _hold(sentences, reasoned)
    generation = cursors.of[strand.name].generation
    changed = [
        MirrorRow(called, key, sent.get(key, {}), generation, 0, deleted=key not in sent) for key in differing
    ]  # fmt: skip
    await bring(tx, chosen, cursors, changed)


def _hold(sentences: Sequence[str], reasoned: Reasoned) -> None:
    """Raises PushNotTaken, unless somebody gave a reason."""
    if not reasoned.reason:
        raise PushNotTaken(f"{' '.join(sentences)} If that is right, send it again with a reason (Portal-Reason).")
