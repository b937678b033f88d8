"""The JSON Schemas of all events, as they were promised: a change may add an optional field, and nothing else.

`python -m tests.contracts.frozen` writes down new events and allowed changes, and refuses the others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts import Event
from shared.contracts import all_events as events

FOLDER = Path(__file__).parent / "schemas"
WORDS = ("title", "description")  # said to people only
MAPS = ("properties", "$defs")  # their keys are names of ours, not words of JSON Schema

Json = dict[str, Any]


def schema(event: type[Event]) -> Json:
    return event.model_json_schema()


def promised(type_: str) -> Json:
    loaded: Json = json.loads((FOLDER / f"{type_}.json").read_text(encoding="utf-8"))
    return loaded


def types_promised() -> set[str]:
    return {path.name.removesuffix(".json") for path in FOLDER.glob("*.json")}


def broken(before: Any, now: Any, where: str = "") -> Iterator[str]:
    """Where a schema keeps its promise no longer; nothing for a change that only adds optional fields."""
    if not (isinstance(before, dict) and isinstance(now, dict)):
        if before != now:
            yield where
        return
    named = where.rpartition("/")[2] in MAPS
    for key in sorted({*before, *now}):
        here = f"{where}/{key}"
        if key in WORDS and not named:
            continue
        if key not in before and (named or key == "$defs"):
            continue  # a new field or part; a required one shows in `required`, below
        if key not in before or key not in now:
            yield here
        elif key == "required":
            yield from [] if sorted(before[key]) == sorted(now[key]) else [here]
        else:
            yield from broken(before[key], now[key], here)


def main() -> int:
    kept = types_promised()
    refused = [f"{type_} is gone" for type_ in sorted(kept - set(events()))]
    for type_, event in sorted(events().items()):
        now = schema(event)
        wrong = list(broken(promised(type_), now)) if type_ in kept else []
        refused += [f"{type_}: {where}" for where in wrong]
        if not wrong:
            text = json.dumps(now, indent=2, ensure_ascii=False) + "\n"
            (FOLDER / f"{type_}.json").write_text(text, encoding="utf-8")
    sys.stderr.writelines(f"breaks a promise: {line}\n" for line in refused)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
