"""`portal roll check`: a file looked at before it is uploaded, by somebody who has no portal."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.trouble import Trouble
from tests.feed.rolls_by_hand import CHILDREN, HEADER, rows, table, with_cell


def check(*arguments: str) -> str:
    """What is printed, on one line."""
    result = CliRunner().invoke(app, ["roll", "check", *arguments])
    if isinstance(result.exception, Trouble):
        raise result.exception
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def laid(folder: Path, name: str, raw: bytes) -> str:
    (folder / name).write_bytes(raw)
    return str(folder / name)


def test_it_says_what_can_be_read_and_what_cannot_and_names_nobody(tmp_path: Path) -> None:
    said = check(laid(tmp_path, "roll.csv", with_cell(1, 3, "31/02/2014")))
    assert "This is a CSV table." in said
    assert "3 children can be read in this file" in said
    assert "Row 3: the date of birth is not a date that can be read. Write it like 23/04/2014." in said
    assert not any(child["family"] in said for child in CHILDREN)


def test_beside_the_roll_as_it_was_it_says_who_joins_and_leaves(tmp_path: Path) -> None:
    before = laid(tmp_path, "before.csv", table(rows(CHILDREN[:2]), HEADER).encode())
    now = laid(tmp_path, "now.csv", table(rows(CHILDREN[1:]), HEADER).encode())
    assert "1 would join, 1 would leave, 0 would be changed." in check(now, "--before", before)
    named = check(now, "--before", before, "--names")
    assert "Joins: Callum Ashgrove" in named
    assert "Leaves: Mirela Thornwick" in named


def test_a_file_that_would_be_refused_is_refused_with_what_to_mend(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"roll\.pdf would be refused[^-]*- This is a PDF\."):
        check(laid(tmp_path, "roll.pdf", b"%PDF-1.7"))
