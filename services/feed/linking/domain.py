"""By what a child's records are found and compared, and how a pair of them stands. Pure.

A pair is one record of the roll's side and one of social care's.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from services.feed.source import Described, Side, Subject
from shared import matching, names
from shared.contracts import State
from shared.contracts.feed import Child

Verdict = Literal["same", "marked", "doubtful", "different"]
"""What the rules say of two records: of one child; clearly of one, though something differs; a person must decide."""

Standing = Literal["linked", "waiting", "passed", "apart"]
"""linked: one child. waiting: for a person; until then nothing plain is said of the roll's child. passed: no more than
doubtful, and social care's record is linked with another. apart: a person said that they are two children."""

SURE: tuple[Verdict, ...] = ("same", "marked")
ALIKE_MIN = 21.0
"""Bits with which two records whose names and birth date are the same are clearly of one child without a UPN: less than
where one pair is looked at alone, for here nobody else may be like either of them. With 19 bits one link in 10,000 was
wrong among 100,000 pupils of the synthetic register (bench/linking.py), with 20 none."""
UNREADABLE, SAID_BEFORE = "unreadable", "said_before"
"""Beside what differs: of one of them the names or the birth date cannot be read; a person said otherwise of them, as
they were before."""


class Ends(NamedTuple):
    """The keys of a pair's two records."""

    roll: str
    care: str

    @property
    def care_source(self) -> str:
        """Of which source social care's record is: so its key begins (Table.child)."""
        return self.care.partition(":")[0]


class Said(NamedTuple):
    """What a person said of two records: that they are of one child, or of two. It counts while they are described as
    they were then."""

    same: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be of one child. `decided`: what a person said of them as they are described now."""

    ends: Ends
    verdict: Verdict
    decided: bool | None = None
    standing: Standing = "waiting"


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """One record, as it is described."""

    key: str
    side: Side
    described: Described


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a pair, and why in words of theirs: what differs between its records."""

    ends: Ends
    verdict: Verdict
    why: tuple[str, ...]


def version_of(derivation: int, wholly: bool = True) -> str:
    """Of the rules by which records are described and found."""
    return f"{matching.VERSION}/{derivation}" if wholly else f"upn/{derivation}"


def to_json(described: Described) -> dict[str, Any]:
    born = described.born.isoformat() if described.born else None
    return {**described._asdict(), "born": born, "upns": list(described.upns)}


def from_json(kept: dict[str, Any]) -> Described:
    born = date.fromisoformat(kept["born"]) if kept["born"] else None
    return Described(kept["given_name"], kept["family_name"], born, tuple(kept["upns"]))


def digest(described: Described) -> bytes:
    """Two records that are described alike have the same."""
    return sha256(json.dumps(to_json(described), sort_keys=True).encode()).digest()


def is_whole(described: Described) -> bool:
    """Whether it can be compared by the rules: names and birth date can be read."""
    return bool(described.given_name and described.family_name and described.born)


def found_by(side: Side, described: Described, wholly: bool = True) -> set[str]:
    """Under which texts a record is found; `wholly` False: by its UPNs alone, for there is nobody to link it with."""
    return {f"{side[0]}{text}" for text in (_texts(described) if wholly else _upns(described))}


def looks_for(side: Side, described: Described) -> set[str]:
    """Under which texts those records of the other side are found that may be of the same child."""
    other = "care" if side == "roll" else "roll"
    return {f"{other[0]}{text}" for text in _counterparts(described)}


def _upns(described: Described) -> Iterator[str]:
    yield from (f"u{upn}" for upn in described.upns)


def _texts(described: Described) -> Iterator[str]:
    yield from _upns(described)
    mark = "p" if is_whole(described) else "p?"
    yield from (f"{mark}{text}" for text in _partly(described))
    if is_whole(described):
        yield from _wholly(described)


def _counterparts(described: Described) -> Iterator[str]:
    """One that was read whole is compared with those that were, and with what can be read of the others."""
    yield from (f"u{upn}" for upn in described.upns)
    yield from (f"p?{text}" for text in _partly(described))
    if is_whole(described):
        yield from _wholly(described)
    else:
        yield from (f"p{text}" for text in _partly(described))


def _wholly(described: Described) -> Iterator[str]:
    """Either the birth date and how one of the names begins, or how two of them sound and most of the birth date.

    The birth date alone is that of 70 children among 300,000, and two names that of as many.
    """
    born = described.born
    assert born is not None
    words = names.parts(f"{described.given_name} {described.family_name}")
    yield from (f"b{born:%y%m%d}{(names.skeleton(word) or word)[0]}" for word in words)
    low, high = sorted((born.day, born.month))
    key = matching.Recorded(described.given_name, described.family_name, born)
    for sounds in (text for text in matching.keys(key) if text.startswith("n")):
        yield from (f"{sounds}y{born:%y%m}", f"{sounds}m{born:%m%d}", f"{sounds}d{born:%y}.{born.day}")
        yield f"{sounds}s{born:%y}.{low}.{high}"


def _partly(described: Described) -> Iterator[str]:
    """Two of given name, family name and birth date: what can be read of a record of which one cannot."""
    given, family, born = _readable(described)
    if given and family:
        yield f"n{given} {family}"
    if born and (given or family):
        yield from (f"{part}{name} {born}" for part, name in (("g", given), ("f", family)) if name)


def _readable(described: Described) -> tuple[str, str, str]:
    born = described.born.isoformat() if described.born else ""
    return names.fold(described.given_name), names.fold(described.family_name), born


def judge(roll: LinkRecord, care: LinkRecord, said: Said | None = None) -> Judgement:
    """What the rules say of two records. Where a person said otherwise before one of them changed, nobody is sure."""
    found = _by_rules(roll, care)
    against = said and not said.counts and found.verdict in (("different",) if said.same else SURE)
    return replace(found, verdict="doubtful", why=(*found.why, SAID_BEFORE)) if against else found


def _by_rules(roll: LinkRecord, care: LinkRecord) -> Judgement:
    """Of one that is not whole nobody is sure, and what can be read of it counts."""
    ends, one, other = Ends(roll.key, care.key), roll.described, care.described
    shared = sorted(set(one.upns) & set(other.upns))
    if is_whole(one) and is_whole(other):
        found = matching.compare_records(*(_recorded(side, shared) for side in (one, other)))
        upn = ("upn",) if found.upn is False else ("no_upn",) if found.upn is None else ()
        why = (*found.compared.differs, *upn)
        alike = why == ("no_upn",) and found.weight >= ALIKE_MIN
        return Judgement(ends, "marked" if alike and found.verdict == "doubtful" else found.verdict, why)
    both = [(a, b) for a, b in zip(_readable(one), _readable(other), strict=True) if a and b]
    may_be = bool(shared) or (len(both) > 1 and all(a == b for a, b in both))
    return Judgement(ends, "doubtful" if may_be else "different", (UNREADABLE,))


def _recorded(described: Described, shared: list[str]) -> matching.Recorded:
    assert described.born is not None
    upn = next(iter(shared or described.upns), None)
    return matching.Recorded(described.given_name, described.family_name, described.born, upn)


def standings(pairs: Collection[Pair]) -> dict[Ends, Standing]:
    """How each stands; all pairs of each record that is in one of them are given, and theirs.

    It rests on nothing but the pairs, so that no order of what came matters. Sure pairs are linked where neither record
    is in another sure one, and marked ones only where neither is in a doubtful one with somebody who is not linked
    firmly; else they wait. Each source of social care's is looked at by itself: a child may have a record in each.
    """
    of: dict[str, list[Pair]] = {}
    for pair in pairs:
        of.setdefault(pair.ends.care_source, []).append(pair)
    return {ends: how for some in of.values() for ends, how in _standings(some).items()}


def _standings(pairs: Collection[Pair]) -> dict[Ends, Standing]:
    sure = {p.ends: p for p in pairs if p.decided or (p.decided is None and p.verdict in SURE)}
    rolls, cares = Counter(ends.roll for ends in sure), Counter(ends.care for ends in sure)
    alone = {ends for ends in sure if rolls[ends.roll] == cares[ends.care] == 1}
    firm = {ends for ends, p in sure.items() if p.decided or (ends in alone and p.verdict == "same")}
    rivals = _rivals(pairs, firm)
    linked = firm | {ends for ends in alone if not rivals & set(ends)}
    settled = {ends.care for ends in linked}
    return {p.ends: _standing(p, p.ends in linked, p.ends in sure, settled) for p in pairs}


def _rivals(pairs: Collection[Pair], firm: Collection[Ends]) -> set[str]:
    """The records of doubtful pairs of which neither is linked firmly."""
    linked = {key for ends in firm for key in ends}
    doubtful = [p.ends for p in pairs if p.decided is None and p.verdict not in SURE]
    return {key for ends in doubtful if linked.isdisjoint(ends) for key in ends}


def _standing(pair: Pair, linked: bool, sure: bool, settled: Collection[str]) -> Standing:
    if linked:
        return "linked"
    if pair.decided is False:
        return "apart"
    return "passed" if pair.ends.care in settled and not sure else "waiting"


class Linkage(NamedTuple):
    """How the records of some children are linked. `of_care`: the roll's records of each of social care's that is
    linked; `in_doubt`: the roll's records of which nothing plain may be said."""

    of_care: dict[str, list[str]]
    in_doubt: frozenset[str]

    def about(self, owner: str | None, asked: Collection[str]) -> list[str | None]:
        """The children, of those asked for, whom a row of this record is about."""
        if owner is None or owner not in self.of_care:
            return [owner]
        return [roll for roll in self.of_care[owner] if roll in asked]

    def records_of(self, children: Collection[str]) -> list[str]:
        """The records whose rows make the states of these children. One that is linked makes none of its own."""
        theirs = {care for care, rolls in self.of_care.items() if not set(children).isdisjoint(rolls)}
        return sorted({key for key in children if key not in self.of_care} | theirs)

    def doubted(self, subject: Subject, state: State) -> State:
        """The state, in doubt about its cases and workers where the link is. As for a cell that cannot be read, a
        reader that does not know `doubtful` is told that the child is restricted."""
        if subject.key not in self.in_doubt or not isinstance(state, Child):
            return state
        doubt = {
            "doubtful": tuple(sorted({*state.doubtful, "cases", "allocations"})),
            "restricted": True,
            "restricted_in_doubt": not state.surely_restricted,
        }
        return state.model_copy(update=doubt)


UNLINKED = Linkage({}, frozenset())
