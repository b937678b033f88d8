"""Reads a payload: a JSON array of children. Only what is kept is looked at; what is wrong is told element by element.

A sentence begins with the element's place in square brackets, as senders of the DfE's payload look for it: [3]. No
other square brackets stand in one. A cell that holds something strange is no reason to refuse it: the source's rules
find that it cannot be used, and doubt what rests on it.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.feed.source import KEY_MAX, Body
from services.feed.ways.push.elements import (
    CELLS,
    CHILD,
    CHILD_ID,
    DETAILS,
    EPISODE,
    EPISODE_ID,
    PURGE,
    SPELL,
    WORKER_ID,
    CareWorker,
    Element,
    Episode,
)
from services.feed.ways.push.refused import PushRefused

CHILDREN_MAX = 1_000
"""The DfE takes a hundred at once."""
EPISODES_MAX = 500
WORKERS_MAX = 500
TEXT_MAX = 1_000
"""Characters of a cell that are kept: one that has more cannot be used in any case."""
NO_TEXT: Mapping[str, object] = {}
"""Stands for what is neither a text, a number nor a flag: no rule can use it."""


def parsed(raw: bytes) -> list[Any]:
    """The array that was sent. Raises PushRefused."""
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise PushRefused("The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise PushRefused("The body is not JSON, or is nested without end.") from None
    if not isinstance(found, list):
        raise PushRefused("The body is not a JSON array: also a single entry is sent as an array.")
    return found


def _refuse(constant: str) -> None:
    raise ValueError


def elements(found: Sequence[Any]) -> list[Element]:
    """Each child that was sent. Raises PushRefused with what is wrong in any of them."""
    if not 0 < len(found) <= CHILDREN_MAX:
        raise PushRefused(f"A batch has at least one child, and at most {CHILDREN_MAX:,}.")
    read = [_Reader(number, one) for number, one in enumerate(found)]
    made = [(one, one.element()) for one in read]
    counts = Counter(element.child for _, element in made if element)
    wrong = [sentence for one, _ in made for sentence in one.wrong]
    wrong += [
        f"{e.at} {CHILD_ID}: another element of this batch has it too." for _, e in made if e and counts[e.child] > 1
    ]
    if wrong:
        raise PushRefused(*wrong, children=frozenset(counts))
    return [element for _, element in made if element]


class _Reader:
    """One element being read. `wrong`: why it cannot be taken."""

    def __init__(self, number: int, found: object) -> None:
        self._number, self._found = number, found
        self.wrong: list[str] = []

    def element(self) -> Element | None:
        """None where not even the child's id can be read."""
        if not isinstance(self._found, dict):
            self._note("this is no JSON object.")
            return None
        child = self._key(self._found, CHILD_ID, "")
        details = self._object(self._found, DETAILS)
        episodes = tuple(self._episodes(self._found))
        if child is None:
            return None
        return Element(
            self._number, child, _cells(details, CHILD), episodes, self._purge(self._found, ""),
            self._purge(details, f"{DETAILS}: "),
        )  # fmt: skip

    def _episodes(self, found: Mapping[str, Any]) -> Iterator[Episode]:
        seen: set[str] = set()
        for place, one in self._list(found, EPISODE, "", EPISODES_MAX):
            where = f"{EPISODE}, entry {place}: "
            if (id := self._key(one, EPISODE_ID, where)) is None:
                continue
            if id in seen:
                self._note(f"{where}another entry has the same {EPISODE_ID}.")
            seen.add(id)
            yield Episode(id, _cells(one, EPISODE), tuple(self._workers(one, where)), self._purge(one, where))

    def _workers(self, found: Mapping[str, Any], within: str) -> Iterator[CareWorker]:
        for place, one in self._list(found, SPELL, within, WORKERS_MAX):
            where = f"{within}{SPELL}, entry {place}: "
            if (worker := self._key(one, WORKER_ID, where)) is not None:
                yield CareWorker(worker, _cells(one, SPELL), self._purge(one, where))

    def _list(
        self, found: Mapping[str, Any], name: str, where: str, most: int
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:  # fmt: skip
        """(place from 1 on, object) of each entry; an absent list has none."""
        listed = found.get(name)
        if listed is None:
            return
        if not isinstance(listed, list) or len(listed) > most:
            self._note(f"{where}{name} is no list of at most {most} objects.")
            return
        for place, one in enumerate(listed, 1):
            if isinstance(one, dict):
                yield place, one
            else:
                self._note(f"{where}{name}, entry {place} is no JSON object.")

    def _object(self, found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        held = found.get(name)
        if held is not None and not isinstance(held, dict):
            self._note(f"{name} is no JSON object.")
        return held if isinstance(held, dict) else {}

    def _key(self, found: Mapping[str, Any], name: str, where: str) -> str | None:
        """What names a child, an episode or a worker: without it nobody knows of what is told."""
        value = found.get(name)
        written = kept_text(value).strip() if isinstance(value, str) else ""
        if not written or len(written) > KEY_MAX:
            self._note(f"{where}{name} is missing, or is no text of at most {KEY_MAX} characters.")
            return None
        return written

    def _purge(self, found: Mapping[str, Any], where: str) -> bool:
        value = found.get(PURGE)
        if value is not None and not isinstance(value, bool):
            self._note(f"{where}{PURGE} is neither true nor false.")
        return value is True

    def _note(self, what: str) -> None:
        self.wrong.append(f"[{self._number}] {what}")


def _cells(found: Mapping[str, Any], part: str) -> Body:
    """What is kept of a part; what is absent is absent."""
    return {name: cell(found[name]) for name in CELLS[part] if name in found}


def cell(value: Any) -> Any:
    """A cell as it is kept: nothing for an empty text."""
    if isinstance(value, str):
        return kept_text(value[:TEXT_MAX]).strip() or None
    return value if value is None or isinstance(value, (bool, int)) else dict(NO_TEXT)


def kept_text(text: str) -> str:
    """Without NUL and halves of characters, which PostgreSQL does not keep."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
