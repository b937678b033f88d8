"""A roll that can be searched as lookup searches: candidates by keys, then judged."""

from __future__ import annotations

from collections import defaultdict

from bench.register.asking import Typed
from bench.register.making import Invented
from shared.matching import Judged, Recorded, Sought, judge, keys, keys_sought


def sought(typed: Typed) -> Sought:
    return Sought(typed.given_name, typed.family_name, typed.born)


def recorded(child: Invented) -> Recorded:
    return Recorded(child.given_name, child.family_name, child.born, child.upn)


class Searchable:
    """The children of one roll, by their keys."""

    def __init__(self, children: tuple[Invented, ...]) -> None:
        self.children = [(child, recorded(child)) for child in children]
        self.by_key: defaultdict[str, list[int]] = defaultdict(list)
        for at, (_, record) in enumerate(self.children):
            for key in keys(record):
                self.by_key[key].append(at)

    def candidates(self, question: Sought) -> list[tuple[Invented, Recorded]]:
        found = {at for key in keys_sought(question) for at in self.by_key.get(key, ())}
        return [self.children[at] for at in sorted(found)]

    def judge(self, question: Sought) -> Judged[tuple[Invented, Recorded]]:
        return judge(question, self.candidates(question), lambda one: one[1])
