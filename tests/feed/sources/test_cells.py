"""Cells of the source are tidied as what people type is, so that both are compared alike and a number can be called."""

from __future__ import annotations

import pytest

from services.feed.sources import cells
from services.feed.sources.cells import Unusable

INVISIBLE = ["Mir\u200bela", "\ufeffMirela ", "Mi\u00adrela", "\u202eMirela\u202c", "Mirela\u2060"]


@pytest.mark.parametrize("written", INVISIBLE)
def test_a_name_is_read_without_what_nobody_sees(written: str) -> None:
    assert cells.text({"given": written}, "given") == "Mirela"


@pytest.mark.parametrize("written", ["\u200b", "\u2800\u3164", "\ufeff"])
def test_a_cell_in_which_nothing_can_be_seen_is_empty(written: str) -> None:
    assert cells.text_or_none({"given": written}, "given") is None
    with pytest.raises(Unusable):
        cells.text({"given": written}, "given")


@pytest.mark.parametrize("written", ["07700\u00a0900\u2011101", "07700 900\u2013101", "\u200b07700  900-101"])
def test_a_telephone_number_is_one_that_can_be_called(written: str) -> None:
    assert cells.phone({"phone": written}, "phone") == "07700 900-101"


CALLABLE = [
    "01632 960100 / 07700 900123", "01632 960100 ext 12", "tel: 01632 960100 (Ione)", "01632960100/07700900123",
    "+44 1632 960100", "960100", "101", "116 123", "0845 46 47", "01632 960100 (day), 07700 900123 (night)",
]  # fmt: skip
NOT_CALLABLE = [
    "n/a - on leave", "-", "see notes", "ext 12", "Room 101", "see 12345678", "Mon-Fri 9.00-17.00", "9am-5pm", "?", "0",
    "absent until 2026-12-01 0900", "on leave 1 Dec 2026", "via duty desk x4021",
]  # fmt: skip


@pytest.mark.parametrize("written", CALLABLE)
def test_a_cell_with_a_number_that_can_be_called_is_shown_as_it_is(written: str) -> None:
    assert cells.phone({"phone": written}, "phone") == written


@pytest.mark.parametrize("written", NOT_CALLABLE)
def test_a_cell_without_a_number_that_can_be_called_is_no_telephone(written: str) -> None:
    for read in (cells.phone, cells.phone_or_none):
        with pytest.raises(Unusable, match="bad_phone"):
            read({"phone": written}, "phone")


@pytest.mark.parametrize("written", ["b801\u00a02000\u200b05001", "B801-2000-05001", " B801200005001\ufeff"])
def test_a_upn_is_the_same_however_it_was_entered(written: str) -> None:
    assert cells.upn(written) == "B801200005001"
