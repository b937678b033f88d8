"""Every outcome of a search has its page, and its words for whoever reads the record."""

from __future__ import annotations

from typing import get_args

from services.gateway.journeys.find.routes import ANSWERS
from services.gateway.journeys.record.words import OUTCOMES
from shared.contracts.lookup import Outcome
from tests.gateway.frame.templates import SOURCES


def test_every_outcome_has_a_page_and_words() -> None:
    assert set(ANSWERS) == set(get_args(Outcome))
    assert set(get_args(Outcome)) <= set(OUTCOMES)
    assert {f"{template}.html" for template, _ in ANSWERS.values()} <= set(SOURCES)
