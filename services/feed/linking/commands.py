"""Keeps by what records are found, and decides again which are of one child whenever one of them has changed."""

from collections.abc import Collection
from typing import get_args

from services.feed.chosen import Chosen
from services.feed.linking import store
from services.feed.linking.domain import (
    UNLINKED,
    Ends,
    Judgement,
    Linkage,
    LinkRecord,
    Standing,
    digest,
    found_by,
    judge,
    looks_for,
    standings,
    to_json,
    version_of,
)
from services.feed.linking.store import KeptRecord
from services.feed.metrics import metrics
from services.feed.settings import Settings
from services.feed.source import Place, Source, SourceRow, Subject
from shared.database.pool import Database
from shared.database.tx import Tx

REKEYED_MAX = 1_000


async def note_rows(tx: Tx, chosen: Chosen, places: Collection[tuple[str, str]]) -> None:
    """The rows at these places (table, key) have changed: whoever may be of one child with them finds them by what they
    are now. Whatever changes the mirror calls it in the same transaction."""
    source = chosen.source
    if not source.describes:
        return
    own = {place for place in places if place[0] in source.tables and source.tables[place[0]].kind == "child"}
    kept = []
    for table, key, body in await store.rows_at(tx, own) if own else []:
        own.discard((table, key))
        kept.append(_kept(chosen, chosen.row(table, key, source.tables[table].child(key), body)))
    if kept:
        await store.put_records(tx, kept)
    if own:
        await store.drop_records(tx, [source.tables[table].child(key) for table, key in own])


def _kept(chosen: Chosen, row: SourceRow) -> KeptRecord:
    source = chosen.source
    assert source.described is not None
    assert row.about is not None
    side, described = source.tables[row.table].side, source.described(row)
    keys = sorted(found_by(side, described, wholly=source.two_sided))
    return KeptRecord(row.about, side, to_json(described), digest(described), keys, _version(source))


def _version(source: Source) -> str:
    return version_of(source.derivation, wholly=source.two_sided)


async def settle(tx: Tx, chosen: Chosen, subjects: Collection[Subject]) -> set[Subject]:
    """Decide anew for those of these children of whom something has changed; return these subjects, and the children
    whose state may differ by that or who are linked with one of them. The cursor's lock must be held."""
    if not chosen.source.two_sided:
        return set(subjects)
    keys = {subject.key for subject in subjects if subject.kind == "child"}
    records, gone = await store.changed(tx, keys)
    touched = {record.key for record in records} | set(gone)
    if touched:
        keys |= await _decide(tx, touched, await _judged(tx, records))
        await store.note_settled(tx, touched)
    keys |= {key for ends in await store.linked_with(tx, keys) for key in ends}
    return {*subjects, *(Subject("child", key) for key in keys)}


async def _judged(tx: Tx, records: Collection[LinkRecord]) -> list[Judgement]:
    """The pairs of these records that may be of one child, or of which somebody said whether they are."""
    if not records:
        return []
    by_key = {record.key: record for record in records}
    found = await store.candidates(tx, {r.key: looks_for(r.side, r.described) for r in records})
    found += await store.said_with(tx, by_key)
    pairs = {_ends(by_key[key], other): (by_key[key], other) for key, other in found}
    said = await store.said_of(tx, by_key)
    judged = [judge(*_in_order(*two), said.get(ends)) for ends, two in pairs.items()]
    counts = {ends for ends, one in said.items() if one.counts}
    return [one for one in judged if one.verdict != "different" or one.ends in counts]


def _in_order(one: LinkRecord, other: LinkRecord) -> tuple[LinkRecord, LinkRecord]:
    """The roll's first."""
    return (one, other) if one.side == "roll" else (other, one)


def _ends(one: LinkRecord, other: LinkRecord) -> Ends:
    return Ends(*(record.key for record in _in_order(one, other)))


async def _decide(tx: Tx, touched: Collection[str], judged: Collection[Judgement]) -> set[str]:
    """See how the pairs around these records stand, now that these are the pairs of them; return the keys of those of
    whom one stands otherwise."""
    before = {pair.ends for pair in await store.pairs_around(tx, touched)}
    await store.put_pairs(tx, touched, judged)
    pairs = await store.pairs_around(tx, {*touched, *(key for ends in before for key in ends)})
    after = standings(pairs)
    moved = {pair.ends: after[pair.ends] for pair in pairs if pair.standing != after[pair.ends]}
    if moved:
        await store.put_standings(tx, moved)
    come_or_gone = before ^ {pair.ends for pair in pairs}
    return {key for ends in {*moved, *come_or_gone} for key in ends}


async def links_of(tx: Tx, chosen: Chosen, subjects: Collection[Subject]) -> Linkage:
    """How the records of these children are linked, as it was last decided."""
    keys = [subject.key for subject in subjects if subject.kind == "child"]
    if not chosen.source.two_sided or not keys:
        return UNLINKED
    of_care: dict[str, list[str]] = {}
    for roll, care in await store.linked_with(tx, keys):
        of_care.setdefault(care, []).append(roll)
    return Linkage(of_care, await store.in_doubt(tx, keys))


async def count(database: Database, settings: Settings) -> None:
    """See how many pairs there are, by how they stand; for operators, and the page has them one by one."""
    async with database.by_itself("count") as tx:
        found = await store.counts(tx)
    metrics.links.clear()
    for standing in get_args(Standing):
        metrics.links.labels(standing).set(found.get(standing, 0))


async def is_of_other_rules(tx: Tx, chosen: Chosen) -> bool:
    """Whether some records are to be found by rules that are not these."""
    return chosen.source.describes and bool(await _of_other_rules(tx, chosen, 1))


async def is_undescribed(tx: Tx, chosen: Chosen) -> bool:
    """Whether some children were never described: it was not needed before."""
    source = chosen.source
    return source.describes and bool(await store.undescribed(tx, source.own_tables("child"), 1))


async def describe_again(tx: Tx, chosen: Chosen) -> set[Subject]:
    """Describe some records that were described by other rules or not at all; whose they are, for they are to be looked
    at."""
    if not chosen.source.describes:
        return set()
    found = await _of_other_rules(tx, chosen, REKEYED_MAX)
    found = found or await store.undescribed(tx, chosen.source.own_tables("child"), REKEYED_MAX)
    await note_rows(tx, chosen, found)
    return {Subject("child", chosen.source.tables[table].child(key)) for table, key in found}


async def _of_other_rules(tx: Tx, chosen: Chosen, records_max: int) -> list[Place]:
    """The places of their rows."""
    source = chosen.source
    found = await store.of_other_rules(tx, _version(source), records_max)
    return [place for key in found for place in source.places(Subject("child", key))]
