"""What a roll file would change: who joins, who leaves, who is changed; and when a person must say so twice. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.feed.roll_files.roll import ReadRoll, RollEntry, RowFault
from services.feed.source import Described
from services.feed.uploads import UploadedChild
from shared import matching, names

DROPPED_MIN = 5
"""Fewer children who leave need no second press, unless they are all."""


@dataclass(frozen=True, slots=True)
class KeptChild:
    """A child that may be meant. `child`: as it would be taken if nothing were said of it. `on_roll`: it is on this
    school's roll now."""

    child: UploadedChild
    described: Described
    on_roll: bool


class Altered(NamedTuple):
    """A child of whom the file says something else: `what`, of "first name", "last name", "date of birth", "UPN"."""

    child: UploadedChild
    what: tuple[str, ...]


@dataclass(slots=True)
class RollChange:
    """What taking a file would do. `roll`: the whole roll then. `changes`: of children whose only record is uploads';
    `differs`: of those whose record is the council's, which stays as it is. `held_back`: who would leave, if every row
    could be read."""

    before: int = 0
    roll: list[UploadedChild] = field(default_factory=list)
    joins: list[UploadedChild] = field(default_factory=list)
    leaves: list[UploadedChild] = field(default_factory=list)
    changes: list[Altered] = field(default_factory=list)
    differs: list[Altered] = field(default_factory=list)
    held_back: int = 0
    faults: list[RowFault] = field(default_factory=list)


def compare(read: ReadRoll, kept: Sequence[KeptChild], urn: str, today: date, new_key: Callable[[], str]) -> RollChange:
    """`kept`: all who are on the roll, and all others who have a UPN of the file."""
    found = RollChange(before=sum(one.on_roll for one in kept), faults=list(read.faults))
    search, seen = _Search(kept), set[str]()
    for entry in read.entries:
        match, doubt = search.of(entry)
        if match and match.child.key in seen:
            found.faults.append(RowFault(entry.row, f"Row {entry.row} is a child who is there already. Taken once."))
            continue
        if doubt:
            found.faults.append(RowFault(entry.row, doubt))
        child = _child(entry, match, today, new_key, bool(doubt))
        seen.add(child.key)
        found.roll.append(child)
        _note(found, child, match)
    gone = [one.child for one in kept if one.on_roll and one.child.key not in seen]
    if read.whole and not read.unusable:
        found.leaves = gone
    else:
        found.roll += gone
        found.held_back = len(gone) if read.whole else 0
    return found


class _Search:
    """Finds which child an entry is: by UPN among all; without one, on the roll alone and by the same names and day."""

    def __init__(self, kept: Sequence[KeptChild]) -> None:
        self._by_upn: dict[str, list[KeptChild]] = {}
        self._by_name: dict[object, list[KeptChild]] = {}
        for one in sorted(kept, key=lambda one: (not one.on_roll, one.child.own, one.child.key)):
            for upn in one.described.upns:
                self._by_upn.setdefault(upn, []).append(one)
            if one.on_roll:
                self._by_name.setdefault(_name(one.described), []).append(one)

    def of(self, entry: RollEntry) -> tuple[KeptChild | None, str | None]:
        """The child, if there is one; and a sentence, where its UPN is another's."""
        said = described(entry)
        with_upn = [one for upn in said.upns for one in self._by_upn.get(upn, ())]
        for one in with_upn:
            if _is_same(said, one.described):
                return one, None
        named = [one for one in self._by_name.get(_name(said), ()) if _may_be(said.upns, one.described.upns)]
        return (named[0] if len(named) == 1 else None), (OF_ANOTHER.format(row=entry.row) if with_upn else None)


OF_ANOTHER = (
    "Row {row}: the council has this UPN for a child of another name or date of birth. Check all three. Until then the"
    " child is taken without the UPN."
)


def _may_be(upns: Sequence[str], others: Sequence[str]) -> bool:
    """Whether their UPNs do not tell two children apart."""
    return not (upns and others) or not {*upns}.isdisjoint(others)


def _name(one: Described) -> object:
    return names.fold(one.given_name), names.fold(one.family_name), one.born


def _is_same(one: Described, other: Described) -> bool:
    """Whether two records with a UPN in common are of one child: by the rules for records, where both can be read."""
    if all((one.given_name, one.family_name, one.born, other.given_name, other.family_name, other.born)):
        upn = next(iter({*one.upns} & {*other.upns}), None)
        return matching.compare_records(_recorded(one, upn), _recorded(other, upn)).verdict in ("same", "marked")
    parts = zip(_parts(one), _parts(other), strict=True)
    return any(a == b for a, b in parts if a and b)


def _parts(one: Described) -> tuple[object, ...]:
    return names.fold(one.given_name), names.fold(one.family_name), one.born


def _recorded(one: Described, upn: str | None) -> matching.Recorded:
    assert one.born is not None
    return matching.Recorded(one.given_name, one.family_name, one.born, upn)


def described(entry: RollEntry) -> Described:
    """What an entry says of who the child is."""
    upns = tuple(upn for upn in (entry.upn, *entry.former_upns) if upn and not upn.startswith("?"))
    return Described(entry.given_name, entry.family_name, entry.born if isinstance(entry.born, date) else None, upns)


def _child(
    entry: RollEntry, match: KeptChild | None, today: date, new_key: Callable[[], str], doubt: bool
) -> UploadedChild:
    """The child as it would be taken. What the file says of its joining counts only if that is no day to come."""
    return UploadedChild(
        *((match.child.key, match.child.own) if match else (new_key(), True)),
        entry.given_name,
        entry.family_name,
        entry.born.isoformat() if isinstance(entry.born, date) else entry.born,
        f"? {entry.upn}" if doubt else entry.upn,
        () if doubt else entry.former_upns,
        _joined(entry, match, today),
    )


def _joined(entry: RollEntry, match: KeptChild | None, today: date) -> str:
    if entry.joined and entry.joined <= today:
        return entry.joined.isoformat()
    return match.child.joined if match and match.on_roll else today.isoformat()


def _note(found: RollChange, child: UploadedChild, match: KeptChild | None) -> None:
    if match is None or not match.on_roll:
        found.joins.append(child)
    what = tuple(_differences(child, match.child)) if match else ()
    if not child.own and not child.upn:
        what = tuple(one for one in what if one != "UPN")  # the file has none to set against the council's
    if what:
        (found.changes if child.own else found.differs).append(Altered(child, what))


def _differences(now: UploadedChild, was: UploadedChild) -> Iterator[str]:
    if names.fold(now.given_name) != names.fold(was.given_name):
        yield "first name"
    if names.fold(now.family_name) != names.fold(was.family_name):
        yield "last name"
    if now.born != was.born:
        yield "date of birth"
    if now.upn != was.upn:
        yield "UPN"


def needs_reason(change: RollChange, share: float) -> str | None:
    """Why a person must press twice and say why: too many leave; None: it may be taken as it is."""
    gone, before = len(change.leaves), change.before
    if not gone or not before or (gone < before and (gone < DROPPED_MIN or gone <= share * before)):
        return None
    of = f"all {before}" if gone == before else f"{gone} of {before}"
    return f"This file would take {of} children off your roll ({gone / before:.0%})."


def said(change: RollChange, read: ReadRoll) -> Iterator[str]:
    """What would change, in sentences."""
    yield f"{_children(len(read.entries))} can be read in this file; {change.before} on the roll before it."
    if not read.whole:
        yield "It is a partial file: nobody leaves the roll by it."
    yield f"{len(change.joins)} would join, {len(change.leaves)} would leave, {len(change.changes)} would be changed."
    if change.differs:
        yield (
            f"Of {_children(len(change.differs))} the council's record says something else. It stays as it is: ask the"
            " council to mend it if it is wrong."
        )
    if read.left:
        yield f"{_children(read.left)} have left, as the file says, and are not counted."
    if change.faults:
        rows = len({one.row for one in change.faults})
        yield f"Something cannot be read in {'1 row' if rows == 1 else f'{rows:,} rows'}."
    if change.held_back:
        yield (
            f"Not in the file, and staying on the roll: {_children(change.held_back)}. Some rows cannot be read at all"
            " and may be theirs. Put those rows right, and upload the file again."
        )


def _children(count: int) -> str:
    return "1 child" if count == 1 else f"{count:,} children"
