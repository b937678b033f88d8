"""The gateway's rooms stay small enough to be read at one go, and each journey states what it is in its own folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from services.gateway.frame.journey import Journey
from services.gateway.journeys import discovered
from tests.architecture.tree import ROOT, code

LINES_MAX = 900
GATEWAY = Path("services/gateway")
ROOMS = Counter[str]()
for file in code(str(GATEWAY)):
    within = file.path.relative_to(GATEWAY).parts
    depth = 2 if within[0] == "journeys" or (within[0] == "calls" and len(within) > 2) else 1
    ROOMS["/".join(within[:depth])] += file.lines


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_is_read_at_one_go(room: str) -> None:
    assert ROOMS[room] <= LINES_MAX


def test_every_folder_of_a_journey_is_found() -> None:
    folders = {path.parent.name for path in (ROOT / GATEWAY / "journeys").glob("*/routes.py")}
    assert folders == {journey.name for journey in discovered().every}


@pytest.mark.parametrize("journey", discovered().every, ids=lambda journey: str(journey.name))
def test_a_journey_has_templates_and_shows_no_others_but_the_frames(journey: Journey) -> None:
    assert list(journey.templates.glob("*.html"))
    frames = [path.stem for path in (ROOT / GATEWAY / "frame/templates").glob("*.html")]
    for file in code(str(GATEWAY / "journeys" / journey.name)):
        for _, call in (each for each in file.calls if each[0] in ("visit.show", "visit.again")):
            first = getattr(call.args[0], "value", None)
            assert not isinstance(first, str) or first.split("/")[0] in (journey.name, "errors", *frames)
