"""Every fact is an entry that the officer reads: each has words for what it is and for what somebody did."""

from __future__ import annotations

import inspect
import re
from typing import get_args

import pytest

from services.gateway.journeys.record import entries, words
from shared.contracts import Event, Fact
from shared.contracts.lookup import Outcome
from tests.contracts import frozen

BY_NAME = {event.__name__: event for event in frozen.events().values() if issubclass(event, Fact)}
FACTS = sorted(BY_NAME)


def outcomes(fact: type[Event]) -> set[str]:
    """What its docstring says that it can end with: the names in backticks after "Outcome:", in that sentence."""
    said = re.search(r"Outcome: ([^.]+)", inspect.getdoc(fact) or "")
    names = set(re.findall(r"`(\w+)`", said[1])) if said else set()
    return set(get_args(Outcome)) if names == {"Outcome"} else names


@pytest.mark.parametrize("fact", FACTS)
def test_every_outcome_of_a_fact_has_words(fact: str) -> None:
    assert outcomes(BY_NAME[fact])
    assert outcomes(BY_NAME[fact]) - words.OUTCOMES.keys() == set()


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_words(fact: str) -> None:
    assert fact in words.ACTS
    assert fact in words.DID


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("2014-03-05", "5 March 2014"),
        ("2026-07-01T12:00:00.123456Z", "1 July 2026 13:00:00"),
        ("social_worker", "Social worker"),
        ("2014-13-05", "2014-13-05"),
        ("Mirela", "Mirela"),
    ],
)
def test_what_is_recorded_is_said_in_words(recorded: str, said: str) -> None:
    assert entries.readable(recorded) == said
