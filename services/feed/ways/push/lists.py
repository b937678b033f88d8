"""Reads a list that is sent beside the payload, each time as a whole: staff, teams, or who is restricted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from services.feed.source import KEY_MAX, Body, Table
from services.feed.ways.push.payload import cell, kept_text
from services.feed.ways.push.refused import PushRefused

ENTRIES_MAX = 100_000


def rows(found: Sequence[Any], table: Table) -> dict[str, Body]:
    """The rows of a table by their key; what an entry has no value for is empty. Raises PushRefused."""
    [key] = table.key
    made = [(place, one, _key(one.get(key) if isinstance(one, dict) else None)) for place, one in enumerate(found)]
    _need_keys([(place, id) for place, _, id in made], key)
    return {
        str(id): {column: cell(one.get(column)) for column in table.columns} | {key: id} for _, one, id in made
    }  # fmt: skip


def ids(found: Sequence[Any]) -> set[str]:
    """Each a text. Raises PushRefused."""
    made = [(place, _key(one)) for place, one in enumerate(found)]
    _need_keys(made, "la_child_id")
    return {str(id) for _, id in made}


def _key(value: object) -> str | None:
    written = kept_text(value).strip() if isinstance(value, str) else ""
    return written if 0 < len(written) <= KEY_MAX else None


def _need_keys(made: Sequence[tuple[int, str | None]], key: str) -> None:
    if wrong := list(_key_faults(made, key)):
        raise PushRefused(*wrong)


def _key_faults(made: Sequence[tuple[int, str | None]], key: str) -> Iterator[str]:
    if len(made) > ENTRIES_MAX:
        yield f"The list has more than {ENTRIES_MAX:,} entries."
    counts = Counter(id for _, id in made)
    for place, id in made:
        if id is None:
            yield f"[{place}] {key} is missing, or is no text of at most {KEY_MAX} characters."
        elif counts[id] > 1:
            yield f"[{place}] {key}: another entry has it too."
