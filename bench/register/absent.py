"""Children who are on no roll here, and whom it is easy to take for one who is: whom false answers are counted by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from bench.register.making import Invented, MadeRoll, Making
from shared.names import key

ELSEWHERE = "a child of the same places"
Absent = Callable[[Making, MadeRoll, Random], Invented]


def _relative(_: Making, roll: MadeRoll, rng: Random) -> Invented:
    families = {child.family for child in roll.here}
    return rng.choice([child for child in roll.relatives if child.family in families])


def _twin(making: Making, roll: MadeRoll, rng: Random) -> Invented:
    return making.twin(rng.choice(roll.here))


def _alike(*fields: str) -> Absent:
    """Somebody of the same origin as one on the roll who has these of its fields too."""

    def drawn(_: Making, roll: MadeRoll, rng: Random) -> Invented:
        one = rng.choice(roll.elsewhere)
        other = rng.choice([child for child in roll.here if child.community == one.community])
        return replace(one, **{field: getattr(other, field) for field in fields})

    return drawn


KINDS: dict[str, tuple[int, Absent]] = {
    ELSEWHERE: (50, lambda _, roll, rng: rng.choice(roll.elsewhere)),
    "a brother or sister of one on the roll": (10, _relative),
    "a twin of one on the roll": (10, _twin),
    "the family name of one on the roll": (10, _alike("family_name")),
    "the birth date of one on the roll": (10, _alike("born")),
    "the whole name of one on the roll": (10, _alike("given_name", "family_name")),
}
"""Of a hundred questions about absent children so many are of this kind; and how one is drawn."""


def absent(making: Making, roll: MadeRoll, rng: Random) -> tuple[str, Invented]:
    """The kind of it, and a child who is not on the roll, whatever it has in common with one who is."""
    there = {(key(child.given_name, child.family_name), child.born) for child in roll.here}
    while True:
        kind = rng.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
        child = KINDS[kind][1](making, roll, rng)
        if (key(child.given_name, child.family_name), child.born) not in there:
            return kind, child
