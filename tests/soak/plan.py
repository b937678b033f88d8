"""What each lead is going to write, and what becomes of it: drawn from a seed, so that a run can be had again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal
from uuid import UUID

Fate = Literal["sent", "pressed_twice", "mended", "asked_once", "kept", "refused"]
"""Sent until it is acknowledged; sent again after that, by two at once; refused, mended and sent; sent once, whatever
comes of it; left as a draft; refused for good."""
Mistake = Literal["unfinished", "too_long", "not_on_roll", "lowered", "key_reused"]
"""Sent with pages missing; a page over its limit by one character; about a child of another school; an urgency lowered
without saying so; the key of another referral."""

FATES: Mapping[Fate, int] = {"sent": 58, "pressed_twice": 8, "mended": 10, "asked_once": 4, "kept": 10, "refused": 10}
"""Of a hundred."""
CONCERN_MAX = 4000
LONGEST = "\U0001f327"
"""A cloud with rain: four bytes."""
MAY_LACK = {"child_said", "family"}
"""What the one page asks that may stay unanswered: a referral without it is whole."""
REFUSED: Mapping[Mistake, tuple[int, str]] = {
    "unfinished": (422, "/problems/malformed"),
    "too_long": (422, "/problems/malformed"),
    "lowered": (422, "/problems/malformed"),
    "not_on_roll": (403, "/problems/not-on-roll"),
    "key_reused": (422, "/problems/key-reused"),
}
"""The answer that each mistake must have."""


@dataclass(frozen=True)
class Pupil:
    """A child on a school's roll, as the council's records have it."""

    child_id: UUID
    given_name: str
    family_name: str
    born: str

    @property
    def shown(self) -> dict[str, Any]:
        return {"given_name": self.given_name, "family_name": self.family_name, "born": self.born}


@dataclass(frozen=True)
class Plan:
    """One referral to write. `pages`: the answers of each page, in the order in which they are given."""

    number: int
    fate: Fate
    pupil: Pupil
    pages: Sequence[Mapping[str, Any]]
    mistake: Mistake | None = None

    @property
    def answers(self) -> dict[str, Any]:
        """What all its pages together say."""
        said = {name: value for page in self.pages for name, value in page.items()}
        return {name: value for name, value in said.items() if name != "less_urgent"}

    @property
    def lowered_from(self) -> str | None:
        """The more urgent answer that was given on the way."""
        given = [page["urgency"] for page in self.pages if "urgency" in page]
        return given[0] if len(given) > 1 else None


@dataclass
class Planning:
    """Draws plans. `pupils`: those of each school, by URN."""

    rng: Random
    seed: int
    pupils: Mapping[str, Sequence[Pupil]]
    now: datetime
    drawn: int = 0
    fates: list[Fate] = field(default_factory=list)

    def plan(self, school: str) -> Plan:
        number, fate = self.drawn, self._fate()
        self.drawn += 1
        mistake = self._mistake(fate)
        pages = self._pages(number)
        if fate == "kept" or mistake == "unfinished":
            pages = pages[: self.rng.randint(1, max(at for at, page in enumerate(pages) if page.keys() != MAY_LACK))]
        elsewhere = mistake == "not_on_roll"
        of = next(urn for urn in self.pupils if urn != school) if elsewhere else school
        return Plan(number, fate, self.rng.choice(self.pupils[of]), pages, mistake)

    def _fate(self) -> Fate:
        """From a deck that is shuffled and dealt out whole, so that a short run has some of each too."""
        if not self.fates:
            self.fates = [fate for fate, count in FATES.items() for _ in range(count)]
            self.rng.shuffle(self.fates)
        return self.fates.pop()

    def _mistake(self, fate: Fate) -> Mistake | None:
        every: Mapping[Fate, Sequence[Mistake]] = {
            "mended": ("too_long", "lowered"),
            "refused": ("unfinished", "not_on_roll", "key_reused"),
        }
        return self.rng.choice(every[fate]) if fate in every else None

    def _pages(self, number: int) -> list[dict[str, Any]]:
        """One question a page, the gate first."""
        rest = [
            {"kind": self.rng.choice(("concern", "update", "early_help"))},
            {"concern": self._words(number, "what has happened")},
            {"child_said": self._words(number, "what the child said"), "family": self._words(number, "family")},
            self._parents(number),
            {"done_so_far": self._words(number, "what we did")},
            {"contact": f"Room {number}, extension {self.rng.randint(1000, 9999)}"},
        ]
        self.rng.shuffle(rest)
        return [*self._gate(), *rest]

    def _gate(self) -> list[dict[str, Any]]:
        urgency = self.rng.choice(("not_urgent", "not_urgent", "urgent", "significant", "immediate"))
        if urgency == "not_urgent":
            return [{"urgency": urgency}]
        called = self.now - timedelta(minutes=self.rng.randint(1, 3 * 24 * 60))
        gate: list[dict[str, Any]] = [
            {"urgency": urgency},
            {"called_at": called.isoformat(), "called_number": f"01632 9600{self.rng.randint(10, 99)}"},
        ]
        return [*gate, {"urgency": "not_urgent", "less_urgent": True}] if self.rng.random() < 0.2 else gate

    def _parents(self, number: int) -> dict[str, Any]:
        if self.rng.random() < 0.5:
            return {"parents_know": True, "parents_agree": "agreed"}
        return {"parents_know": False, "parents_reason": self._words(number, "why not")}

    def _words(self, number: int, about: str) -> str:
        """Words that no other referral and no other field has, in characters of one to four bytes."""
        more = self.rng.choice(
            ("", "\n\u201cNobody was up,\u201d she said.", " £ é \u96ea", f" {LONGEST}\n\n\u2013 and again")
        )
        return f"Of run {self.seed}, referral {number}, {about}.{more} {'x' * self.rng.randint(1, 1500)}"
