"""Cursors: a place in the answer to one question, and to no other."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.reading import domain
from services.audit.reading.domain import CursorRefused, Edge

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@given(MOMENTS, st.integers(0, 2**63 - 1), st.booleans())
def test_a_cursor_is_a_place_in_the_answer_to_one_question(at: datetime, index: int, newer: bool) -> None:
    cursor = domain.to_cursor(at, index, "what?")
    assert domain.from_cursor(cursor, "what?", newer=newer) == Edge(at, index, newer)
    with pytest.raises(CursorRefused):
        domain.from_cursor(cursor, "what else?", newer=newer)


@given(st.text(max_size=60))
def test_made_up_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(CursorRefused):
        domain.from_cursor(cursor, "what?", newer=False)


@given(st.integers(0, 31), st.integers(1, 255))
def test_a_cursor_with_any_byte_changed_is_refused(place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(domain.to_cursor(datetime(2026, 4, 3, tzinfo=UTC), 7, "what?")))
    raw[place % len(raw)] ^= change
    with pytest.raises(CursorRefused):
        domain.from_cursor(base64.urlsafe_b64encode(bytes(raw)).decode(), "what?", newer=False)


def test_a_place_outside_of_time_is_refused() -> None:
    place = domain.PLACE.pack(2**62, 0)
    cursor = base64.urlsafe_b64encode(place + domain._check(place, "what?")).decode()
    with pytest.raises(CursorRefused):
        domain.from_cursor(cursor, "what?", newer=False)


def test_a_cursor_keeps_microseconds() -> None:
    at = datetime(2026, 4, 3, 14, 2, 11, 123_457, tzinfo=UTC)
    assert domain.from_cursor(domain.to_cursor(at, 1, ""), "", newer=False).at - at == timedelta(0)
