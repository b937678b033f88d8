"""`portal source`: a data team is told in words what an extract holds, and whoever releases one is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.trouble import Trouble
from tests.feed.extracts import ExtractFeed, council, lay_down
from tests.support.databases import Clone

NOW = datetime.now(UTC)


def portal(*words: str, **env: str) -> Result:
    return CliRunner().invoke(app, ["source", *words], env=env)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tables = council(40)
    tables["ssd_involvements"][0]["invo_professional_role_id"] = "NEW"
    tables["pupil"][1]["born"] = "soon"
    tables["ssd_person"].pop()
    tables["ssd_cin_episodes"].pop()
    return lay_down(tmp_path / "extract", tables, NOW - timedelta(hours=1))


def test_a_check_says_that_it_can_be_read_and_what_to_look_at(folder: Path) -> None:
    said = portal("check", str(folder)).output
    assert "This extract can be read. It is complete to" in said
    assert "ssd_involvements.csv: 1 row with a key that roles.csv does not list." in said
    assert "ssd_involvements.csv: 1 row about a child who has no row of its own." in said


def test_a_dry_run_says_what_would_be_taken_linked_and_left_out(folder: Path) -> None:
    said = portal("dry-run", str(folder)).output
    assert "40 children on the rolls of 1 school today" in said
    assert "39 people of social care" in said
    lines = [line.split() for line in said.splitlines()]
    assert ["pupil", "born", "bad_date", "1", "p2"] in lines
    assert ["ssd_involvements", "role_means", "bad_role", "1", "i1"] in lines


@pytest.mark.parametrize("command", ["check", "dry-run"])
def test_a_broken_one_is_told_in_sentences_and_ends_with_trouble(folder: Path, command: str) -> None:
    (folder / "pupil.csv").write_text("pupil_id\np1\n")
    done = portal(command, str(folder))
    assert isinstance(done.exception, Trouble)
    assert "To be mended:\n- pupil.csv has no column upn, former_upns" in str(done.exception)


@pytest.fixture
async def held(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> ExtractFeed:
    feed = ExtractFeed(await database("feed"), tmp_path / "laid")
    await feed.restart()
    tables = council(60)
    lay_down(feed.extracts / "1", tables, NOW - timedelta(days=1))
    await feed.take()
    del tables["ssd_involvements"][30:]
    lay_down(feed.extracts / "2", tables, NOW)
    await feed.take()
    return feed


async def test_what_is_held_is_shown_with_why_and_released_once_by_somebody_for_a_reason(held: ExtractFeed) -> None:
    async def said(*words: str) -> Result:
        return await asyncio.to_thread(portal, *words, FEED_DATABASE_URL=held.database.dsn)

    told = (await said("status")).output
    assert "2 is held" in told
    assert "30 of 60 rows (50%) of ssd_involvements would be gone." in told
    why = ("--by", "A Person", "--reason", "half the teams moved to another system")
    assert isinstance((await said("release", "2", "--by", " ", "--reason", "x")).exception, Trouble)
    assert isinstance((await said("release", "1", *why)).exception, Trouble)
    assert (await said("release", "2", *why)).exit_code == 0
    assert isinstance((await said("release", "2", *why)).exception, Trouble)
    await held.take()
    assert (await held.became())[-1][0] == "taken"
    assert "A Person" in (await said("status")).output
