"""A school uploads its roll where several sources are read at once, whatever the rolls' table is called there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from services.feed.app import service
from services.feed.catching_up import commands as catching_up
from services.feed.chosen import load_several
from services.feed.refreshing.commands import Taker
from services.feed.settings import Settings
from tests.feed.extracts import FIRST, council, lay_down
from tests.feed.rolls.world import School, a_table, line, new
from tests.feed.world import children
from tests.support.databases import Clone
from tests.support.web import web

FILE = """
[[source]]
name = "pupils"
model = "ssd"
way = "extract"
gives = ["roll", "care", "staff"]
limit_s = 93600
extracts = "{folder}"
"""


async def test_an_uploaded_roll_is_the_schools_and_can_be_undone(
    database: Callable[..., Awaitable[Clone]], tmp_path: Path
) -> None:
    clone, file = await database("feed"), tmp_path / "sources.toml"
    file.write_text(FILE.format(folder=tmp_path / "extracts"))
    school = School(clone, tmp_path / "extracts")
    settings = Settings.model_validate({"database_url": "postgresql://nobody@127.0.0.1/none", "sources": file})
    feed, feed.chosen = school.feed, load_several(file)
    feed.taker = Taker(feed.chosen, settings, feed.chosen.several[0])
    school.web = web(service, settings, clone.db)
    await catching_up.begin_again_with(feed.chosen, clone.db, 1)
    lay_down(feed.extracts / "1", council(), FIRST)
    await feed.take()
    before = {child.child_id: child for child in children(await feed.emitted())}
    assert [len(child.rolls) for child in before.values()] == [1, 1, 1]

    upload = await school.take(a_table(line(1), line(2), new(1)))
    said = children(await feed.emitted())
    joined = [child for child in said if child.child_id not in before]
    assert [[roll.school for roll in child.rolls] for child in joined] == [["990001"]]
    assert [len(child.rolls) for child in said if child.cases and child.child_id in before] == [0]
    assert (await school.undo(upload)).status_code == 204
    await feed.catch_up()
    assert sorted(child.ended for child in children(await feed.emitted())) == [False, True]
