"""Merges what several sources say of one child, worker or team, field by field. Pure.

Of a single value the first counts, in the order that the configuration gives, that can be used; where none can, and
one of them has something that cannot be read, the field is doubtful. Of lists everything counts, and every doubt.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar, get_args

from services.feed.source import Kind
from shared.contracts.feed import EVER, Child, ChildPart, Freshness, SourceFreshness, Team, TeamPart, Worker, WorkerPart

S = TypeVar("S", Child, Worker, Team)
Of = Sequence[tuple[str, S]]
"""States of one subject with the names of the sources that say so: first the one by whose record it is known."""

Precedence = Mapping[str, tuple[str, ...]]
"""By field ("worker.phone"): the sources whose value counts before that of others."""

LISTS = ("former_upns", "rolls", "cases", "allocations")
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "child": tuple(part for part in get_args(ChildPart) if part not in LISTS),
    "worker": get_args(WorkerPart),
    "team": get_args(TeamPart),
}
"""Those of a single value, each of which may come from another source."""

ANY_UPN = frozenset({"upn", "former_upns"})
"""A child is found by each of its UPNs: one that cannot be read may be the one that is asked for."""
HARMLESS = frozenset({"upn", "former_upns", "rolls"})
"""Doubts for which a reader that does not know `doubtful` need not be told that the child is restricted."""


def merged_staff(kind: Kind, states: Of[S], precedence: Precedence) -> S:
    """A worker or a team."""
    values, doubts = _values(kind, states, precedence)
    return states[0][1].model_copy(update={**values, "doubtful": tuple(sorted(doubts))})


def merged_child(states: Of[Child], precedence: Precedence) -> Child:
    """A child. It is restricted if any source says so; then nobody who works with it leaves the feed."""
    values, doubts = _values("child", states, precedence)
    said = [state for _, state in states]
    doubts |= {part for state in said for part in state.doubtful if part in (*LISTS, *ANY_UPN)}
    restricted = any(state.surely_restricted for state in said)
    in_doubt = not restricted and bool(doubts - HARMLESS)
    upns = (upn for state in said for upn in (state.upn, *state.former_upns) if upn and upn != values["upn"])
    return states[0][1].model_copy(
        update={
            **values,
            "former_upns": tuple(dict.fromkeys(upns)),
            "rolls": _all(said, "rolls"),
            "perhaps_rolls": _all(said, "perhaps_rolls"),
            "cases": _all(said, "cases"),
            "allocations": () if restricted else _all(said, "allocations"),
            "doubtful": tuple(sorted(doubts)),
            "restricted": restricted or in_doubt,
            "restricted_in_doubt": in_doubt,
        }
    )


def _values(kind: Kind, states: Of[S], precedence: Precedence) -> tuple[dict[str, Any], set[str]]:
    """The value of each field, and those of which none can be used, though there is something."""
    values: dict[str, Any] = {}
    doubts: set[str] = set()
    for field in FIELDS[kind]:
        first = precedence.get(f"{kind}.{field}", ())
        ordered = sorted(states, key=lambda of: first.index(of[0]) if of[0] in first else len(first))
        usable = next((state for _, state in ordered if _is_usable(state, field)), None)
        values[field] = getattr(usable or ordered[0][1], field)
        if usable is None and any(field in state.doubtful for _, state in states):
            doubts.add(field)
    return values, doubts


def _is_usable(state: S, field: str) -> bool:
    return field not in state.doubtful and getattr(state, field) not in (None, "", EVER)


def _all(states: Sequence[Child], field: str) -> tuple[Any, ...]:
    """What any of them has, each once, always in the same order."""
    parts = {part.model_dump_json(): part for part in chain.from_iterable(getattr(state, field) for state in states)}
    return tuple(part for _, part in sorted(parts.items(), key=lambda one: (one[1].starts, one[0])))


def merged_freshness(said: Mapping[str, tuple[Freshness, int | None]]) -> Freshness:
    """By source its own, and for how many seconds it counts. `broken` is for readers that do not know `sources`."""
    sources = tuple(
        SourceFreshness(name=name, as_of=state.as_of, limit_s=limit_s) for name, (state, limit_s) in said.items()
    )
    return Freshness(revision=0, as_of=min(one.as_of for one in sources), broken=(UNKNOWN,), sources=sources)


UNKNOWN = "sources"
