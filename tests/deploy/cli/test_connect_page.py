"""docs/connect-your-council.md is true: its commands are there, and so are its files, columns and children."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.demo import files
from deploy.demo.cases import cases
from deploy.services import ROOT
from tests.feed.extracts import COLUMNS

PAGE = (ROOT / "docs/connect-your-council.md").read_text(encoding="utf-8")
GROUPS = ("demo", "schools", "source", "roll")
TYPED = sorted(set(re.findall(r"(?:bin/|`)portal ([a-z][^`\n]+)", PAGE)))


def help_of(*words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "300", "TERM": "dumb"})
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_and_option_is_there(typed: str) -> None:
    words = [word for word in typed.split() if not word.startswith("-")]
    told = help_of(*words[: 2 if words[0] in GROUPS else 1])
    assert [option for option in re.findall(r"--[a-z-]+", typed) if option not in told] == []


def test_its_files_have_the_columns_that_it_names() -> None:
    told = {
        name: tuple(re.findall(r"`(\w+)`", row))
        for name, row in re.findall(r"^\| `(\w+)\.csv` \|([^|]+)\|", PAGE, re.M)
    }
    told |= {name: tuple(re.findall(r"`(\w+)`", row)) for name, row in re.findall(r"`(\w+)\.csv` \(([^)]+)\)", PAGE)}
    assert {name: set(columns) for name, columns in told.items()} == {n: set(c) for n, c in COLUMNS.items()}


def test_what_it_practises_with_are_the_files_that_are_made(tmp_path: Path) -> None:
    files.write(tmp_path / "practice", 2, 60, date(2026, 11, 30))
    named = set(re.findall(r"(?<![\w/])practice/[\w./]*\w", PAGE))
    assert len(named) > 4
    assert [path for path in named if not (tmp_path / path).exists()] == []


def test_its_children_are_in_them() -> None:
    told = re.findall(r"^\| (\w+) (\w+), (\d+ \w+ \d{4}) \| (\w{13}) \|", PAGE, re.M)
    known = {(c.given_name, c.family_name, f"{c.born:%-d %B %Y}", c.upn) for c in cases() if c.rolls[0].school == 0}
    assert len(told) == 3
    assert known.issuperset(told)
