"""An extract is taken whole or not at all, whatever happens meanwhile."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.feed.refreshing import commands
from shared.contracts import Event
from shared.contracts.feed import Worker
from tests.feed.extracts import FIRST, ExtractFeed, Rows, council, lay_down, mended, name
from tests.feed.world import children, fresh
from tests.support.databases import Clone

NIGHT = timedelta(days=1)


@pytest.fixture
async def feed(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> ExtractFeed:
    made = ExtractFeed(await database("feed"), tmp_path)
    await made.restart()
    return made


async def first(feed: ExtractFeed, size: int = 3) -> dict[str, Rows]:
    """The first night is taken and emitted."""
    tables = council(size)
    lay_down(feed.extracts / "1", tables, FIRST)
    await feed.take()
    await feed.emitted()
    return tables


def pupils(emitted: list[Event]) -> list[str]:
    return sorted(child.given_name for child in children(emitted) if child.rolls)


async def test_the_first_extract_is_taken_and_is_fresh_up_to_what_its_manifest_says(feed: ExtractFeed) -> None:
    lay_down(feed.extracts / "1", council(), FIRST)
    await feed.take()
    emitted = await feed.emitted()
    assert pupils(emitted) == sorted(name(n)[0] for n in (1, 2, 3))
    assert [one.as_of for one in fresh(emitted)] == [FIRST]
    assert emitted[-1] == fresh(emitted)[0]
    assert await feed.became() == [("taken", [])]


async def test_the_same_again_emits_how_fresh_it_is_and_nothing_else(feed: ExtractFeed) -> None:
    tables = await first(feed)
    lay_down(feed.extracts / "2", tables, FIRST + NIGHT)
    await feed.take()
    assert [type(event).__name__ for event in await feed.emitted()] == ["Freshness"]
    await feed.take()
    assert await feed.emitted() == []


async def test_only_who_changed_is_emitted(feed: ExtractFeed) -> None:
    tables = await first(feed)
    tables["pupil"][1]["surname"] = "Other"
    lay_down(feed.extracts / "2", tables, FIRST + NIGHT)
    await feed.take()
    assert pupils(await feed.emitted()) == [name(2)[0]]


async def test_what_is_not_in_it_any_more_ends(feed: ExtractFeed) -> None:
    tables = await first(feed)
    tables["pupil"].pop()
    tables["enrolment"].pop()
    lay_down(feed.extracts / "2", tables, FIRST + NIGHT)
    await feed.take()
    after = children(await feed.emitted())
    assert sorted((child.ended, child.given_name) for child in after) == [(False, name(3)[0]), (True, "")]
    assert not any(child.rolls for child in after)  # the person whom social care knows is there still, on no roll


async def test_a_worker_who_is_gone_ends_after_the_children_who_had_them_have_another(feed: ExtractFeed) -> None:
    tables = await first(feed)
    for row in tables["ssd_involvements"]:
        row["invo_professional_id"] = "w1" if row["invo_professional_id"] == "w2" else row["invo_professional_id"]
    tables["ssd_professionals"].pop(1)
    lay_down(feed.extracts / "2", tables, FIRST + NIGHT)
    await feed.take()
    emitted = await feed.emitted()
    ended = [isinstance(event, Worker) and event.ended for event in emitted]
    assert ended.count(True) == 1
    assert ended.index(True) > max(n for n, event in enumerate(emitted) if event in children(emitted))


async def test_a_folder_without_a_manifest_is_not_looked_at(feed: ExtractFeed) -> None:
    lay_down(feed.extracts / "1", council(), FIRST)
    (feed.extracts / "1/manifest.json").unlink()
    await feed.take()
    assert (await feed.became(), await feed.phase()) == ([], "waiting")


async def test_of_several_the_newest_is_taken_and_an_older_one_that_comes_late_is_not(feed: ExtractFeed) -> None:
    lay_down(feed.extracts / "b", council(2), FIRST)
    lay_down(feed.extracts / "a", council(3), FIRST + NIGHT)
    await feed.take()
    lay_down(feed.extracts / "c", council(1), FIRST - NIGHT)
    await feed.take()
    assert len(pupils(await feed.emitted())) == 3
    assert await feed.became() == [("taken", [])]


async def test_a_refused_one_leaves_all_as_it_was_and_is_not_read_again_until_it_is_mended(feed: ExtractFeed) -> None:
    tables = await first(feed)
    broken = lay_down(feed.extracts / "2", tables, FIRST + NIGHT)
    whole = (broken / "ssd_involvements.csv").read_bytes()
    (broken / "ssd_involvements.csv").write_bytes(whole[: len(whole) // 2])
    await feed.take()
    await feed.take()
    states = [state for state, _ in await feed.became()]
    assert (states, await feed.emitted(), await feed.phase()) == (["taken", "refused"], [], "live")
    (broken / "ssd_involvements.csv").write_bytes(whole)
    await feed.take()
    assert [state for state, _ in await feed.became()] == ["taken", "refused", "taken"]
    assert len(fresh(await feed.emitted())) == 1


async def test_while_it_comes_into_the_mirror_nothing_is_emitted(
    feed: ExtractFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "APPLIED_MAX", 1)
    tables = await first(feed)
    for row in tables["pupil"]:
        row["surname"] = "Other"
    lay_down(feed.extracts / "2", tables, FIRST + NIGHT)
    while (await feed.became())[-1] != ("taken", []) or len(await feed.became()) < 2:
        assert await feed.emitted() == []
        await feed.catch_up()
        await feed.taker.look(feed.database.db, go_max_s=0)
    await feed.catch_up()
    assert len(pupils(await feed.emitted())) == 3


async def test_killed_at_any_step_it_is_the_old_one_or_the_new_one(
    feed: ExtractFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each night the process is killed one step later than the night before; what is emitted is never of both."""
    for limit in ("APPLIED_MAX", "COMPARED_MAX"):
        monkeypatch.setattr(commands, limit, 2)
    tables = await first(feed)
    for nights, steps in enumerate((1, 3, 14, 20, 30, 36, 40, 44, 50), 1):
        for row in tables["pupil"]:
            row["surname"] = f"Night{nights}"
        lay_down(feed.extracts / str(nights + 1), tables, FIRST + nights * NIGHT)
        for _ in range(steps):
            await feed.taker.look(feed.database.db, go_max_s=0)
        await feed.restart()
        await feed.catch_up()
        seen = {child.family_name for child in children(await feed.emitted()) if child.rolls}
        assert seen <= {f"Night{nights}"}
        assert not seen or (await feed.became())[-1][0] == "taken"
        await feed.take()
        seen |= {child.family_name for child in children(await feed.emitted()) if child.rolls}
        assert seen == {f"Night{nights}"}


async def test_two_processes_do_not_mix_what_they_read(feed: ExtractFeed) -> None:
    lay_down(feed.extracts / "1", council(), FIRST)
    await feed.taker.look(feed.database.db, go_max_s=0)
    stalled = feed.taker
    await feed.restart()
    lay_down(feed.extracts / "2", council(2), FIRST + NIGHT)
    await feed.taker.look(feed.database.db, go_max_s=0)
    await stalled.look(feed.database.db)
    await feed.take()
    await feed.take()
    assert len(pupils(await feed.emitted())) == 2


async def test_after_a_raised_epoch_the_one_in_use_is_taken_again_and_all_is_emitted_anew(feed: ExtractFeed) -> None:
    await first(feed)
    await feed.restart(epoch=2)
    assert await feed.phase() == "missed"
    await feed.take()
    emitted = await feed.emitted()
    assert len(pupils(emitted)) == 3
    assert all(child.revision >> 40 == 2 for child in children(emitted))


async def test_an_extract_whose_manifest_goes_back_in_time_is_refused(feed: ExtractFeed) -> None:
    tables = await first(feed)
    folder = lay_down(feed.extracts / "2", tables, FIRST + NIGHT)
    mended(folder, lambda told: told.update(complete_to=(FIRST - NIGHT).isoformat()))
    await feed.take()
    state, sentences = (await feed.became())[-1]
    assert state == "refused"
    assert "earlier than that of the extract in use" in sentences[0]
