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


@pytest.mark.parametrize("written", ["b801\u00a02000\u200b05001", "B801-2000-05001", " B801200005001\ufeff"])
def test_a_upn_is_the_same_however_it_was_entered(written: str) -> None:
    assert cells.upn(written) == "B801200005001"
