"""A source with two records of a child, and what whoever follows the feed would keep of its children."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.feed.chosen import Chosen, load
from shared.contracts import Event
from shared.contracts.feed import Child
from tests.feed.sources.twofold import source
from tests.feed.world import NINE, Feed, Row, children, day

TWOFOLD = Chosen(source, load("council", "capture").way)
UPN = "B801200005001"
OTHER_UPN = "L850200023001"

STAFF: tuple[tuple[str, Row], ...] = (
    ("staff", {"id": "S1", "called": "Ione Marlowick"}),
    ("office", {"code": "N", "title": "North"}),
    ("pulse", {"which": "main", "beaten": NINE}),
)


def pupil(key: str = "1", **other: Any) -> tuple[str, Row]:
    row = {"ref": key, "upn": UPN, "first": "Mirela", "last": "Thornwick", "dob": day("2014-03-05")}
    return "pupil", {**row, **other}


def enrolment(key: str = "1") -> tuple[str, Row]:
    return "enrolment", {"pupil": key, "site": "990001", "since": day("2020-09-01")}


def person(key: str = "1", **other: Any) -> tuple[str, Row]:
    row = {"no": key, "upn": UPN, "forename": "Mirela", "surname": "Thornwick", "dob": day("2014-03-05")}
    return "person", {**row, "hidden": False, **other}


def worked_with(key: str = "1") -> tuple[tuple[str, Row], ...]:
    """An open case of this person, and its worker."""
    return (
        ("episode", {"no": f"E{key}", "person": key, "opened": day("2024-01-08"), "closed": None}),
        ("involvement", {"no": f"I{key}", "person": key, "staff": "S1", "since": day("2024-01-09")}),
    )


class Follower:
    """Keeps the newest state of each child, as lookup does, one event after another."""

    def __init__(self) -> None:
        self.children: dict[UUID, Child] = {}
        self.plain_noes: list[Child] = []

    def follow(self, emitted: Sequence[Event]) -> list[Child]:
        found = children(emitted)
        for child in found:
            assert child.revision > (before.revision if (before := self.children.get(child.child_id)) else 0)
            self.children[child.child_id] = child
        return found

    @property
    def on_roll(self) -> list[Child]:
        return [child for child in self.children.values() if child.rolls and not child.ended]


def is_plain_no(child: Child) -> bool:
    """Whether lookup would say that this child has no open case."""
    return not child.cases and not child.allocations and "cases" not in child.doubtful and not child.restricted


async def keys(feed: Feed) -> dict[UUID, str]:
    """Each child's key by its id."""
    rows = await feed.database.rows("SELECT id, key FROM subject WHERE kind = 'child'")
    return {row["id"]: row["key"] for row in rows}  # type: ignore[misc]
