"""Every fact is an entry that the officer reads: each has words for what it is and for what somebody did."""

from __future__ import annotations

import pytest

from services.gateway import words
from shared.contracts import Fact
from tests.contracts import frozen

FACTS = sorted(event.__name__ for event in frozen.events().values() if issubclass(event, Fact))


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_words(fact: str) -> None:
    assert fact in words.ACTS
    assert fact in words.DID


@pytest.mark.parametrize("why", ["role_removed", "school_suspended", "agreement_ended", "something newer"])
def test_what_was_lost_is_said_with_its_place_and_never_fails(why: str) -> None:
    assert "Mossgate" in words.lost(why, "lead", "Mossgate")
    assert "council" in words.lost(why, "operator", None)
