"""What libraries say is kept short: the same thing again and again is written down now and then, with how often."""

from __future__ import annotations

import json
import logging
from uuid import uuid4

import pytest

from shared.observe import logs
from tests.support.lines import logged


def test_a_library_that_says_the_same_again_and_again_is_heard_once_in_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """While Kafka is away its clients say hundreds of lines a second, for as long as that lasts."""
    now = [1000.0]
    monkeypatch.setattr(logs, "monotonic", lambda: now[0])
    library = logging.getLogger(f"suite.{uuid4().hex}")
    with logged("suite") as said:
        for _ in range(500):
            library.warning("Unable to reach %s", "somebody")
        library.warning("Something else of %s", "somebody")
        now[0] += logs.QUIET_S
        library.warning("Unable to reach %s", "somebody")
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [(line["message"], line["unheard"]) for line in lines] == [
        ("Unable to reach %s", 0),
        ("Something else of %s", 0),
        ("Unable to reach %s", 499),
    ]
