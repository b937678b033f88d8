"""Migrations are linted: one that would lock a table against its readers, or break yesterday's code, does not pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.squawk import ROOT, lint, migrations


def test_every_migration_of_ours_passes() -> None:
    assert len(migrations(ROOT)) >= 10
    done = lint(migrations(ROOT))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "harmful",
    [
        "ALTER TABLE child ADD COLUMN sort text NOT NULL;",
        "ALTER TABLE child RENAME COLUMN born TO birth_date;",
        "ALTER TABLE child DROP COLUMN born;",
        "ALTER TABLE child ALTER COLUMN born TYPE text;",
        "CREATE INDEX child_born ON child (born);",
    ],
)
def test_a_migration_that_yesterdays_code_or_a_reader_could_not_bear_is_refused(harmful: str, tmp_path: Path) -> None:
    path = tmp_path / "0009_harmful.sql"
    path.write_text(harmful)
    done = lint([path])
    assert done.returncode != 0
    assert path.name in done.stdout
