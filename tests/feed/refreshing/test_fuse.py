"""Too much at once waits for a person: what an extract would close, move or drop, and what it tells of nobody."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.feed.refreshing import store
from services.feed.refreshing.commands import trouble_of
from services.feed.refreshing.domain import Fuse
from tests.feed.extracts import FIRST, ExtractFeed, Rows, council, lay_down
from tests.feed.world import children, fresh
from tests.support.databases import Clone

NIGHT = timedelta(days=1)
CHILDREN = 60
"""Half of them are more than the rows that hold nothing."""
Change = Callable[[dict[str, Rows]], object]


@pytest.fixture
async def feed(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> ExtractFeed:
    made = ExtractFeed(await database("feed"), tmp_path)
    await made.restart()
    return made


async def night(feed: ExtractFeed, number: int, *changes: Change) -> tuple[object, list[str]]:
    """That night's extract, with these changes, and what became of it."""
    tables = council(CHILDREN)
    tables["restricted"] = [{"pers_person_id": str(n), "restricted": "Y"} for n in (1, 2, 3)]
    for change in changes:
        change(tables)
    lay_down(feed.extracts / str(number), tables, FIRST + number * NIGHT)
    await feed.take()
    return (await feed.became())[-1]


def dropped(name: str, share: float) -> Change:
    def change(tables: dict[str, Rows]) -> None:
        del tables[name][: int(len(tables[name]) * share)]

    return change


def written(name: str, column: str, value: str, rows: int = CHILDREN // 2) -> Change:
    def change(tables: dict[str, Rows]) -> None:
        for row in tables[name][:rows]:
            row[column] = value

    return change


HELD: dict[str, tuple[Change, str]] = {
    "half the involvements": (
        dropped("ssd_involvements", 0.5), "30 of 60 rows (50%) of ssd_involvements would be gone"),
    "half the involvements closed": (
        written("ssd_involvements", "invo_involvement_end_date", "2026-01-05"),
        "30 of 60 rows (50%) of ssd_involvements that are open would be closed"),
    "half the episodes closed": (
        written("ssd_cin_episodes", "cine_close_date", "2026-01-05"),
        "of ssd_cin_episodes that are open would be closed"),
    "half the rolls ended": (written("enrolment", "ends", "2026-01-05"), "of enrolment that are open would be closed"),
    "half the children at another school": (
        written("enrolment", "urn", "990002"), "of enrolment would have another urn"),
    "half the children with another worker": (
        written("ssd_involvements", "invo_professional_id", "w3"), "another invo_professional_id, or none"),
    "half the UPNs empty": (written("pupil", "upn", "NULL"), "of pupil would have another upn, or none"),
    "half the pupils": (dropped("pupil", 0.5), "of pupil would be gone"),
    "a role that means nothing any more": (
        written("roles", "role_means", "none", 1), "of ssd_involvements would have another role_means, or none"),
    "the list of restricted children emptied": (
        dropped("restricted", 1), "3 of 3 rows (100%) of ssd_person would have another restricted, or none"),
    "the staff directory emptied": (dropped("staff", 1), "3 of 3 rows (100%) of ssd_professionals would have another"),
    "half of social care's people": (
        dropped("ssd_person", 0.5), "of ssd_cin_episodes.csv are about a child who has no row of its own"),
    "rows that say nobody's": (
        written("ssd_cin_episodes", "cine_person_id", "NULL"), "do not say about which child they are"),
}  # fmt: skip


async def test_too_much_at_once_is_held_and_nothing_of_it_is_emitted(feed: ExtractFeed) -> None:
    assert (await night(feed, 1))[0] == "taken"
    await feed.emitted()
    found = {kind: await night(feed, number, change) for number, (kind, (change, _)) in enumerate(HELD.items(), 2)}
    assert {kind: state for kind, (state, _) in found.items()} == dict.fromkeys(HELD, "held")
    told = {kind: (sentences, HELD[kind][1]) for kind, (_, sentences) in found.items()}
    assert [kind for kind, (sentences, wanted) in told.items() if not any(wanted in one for one in sentences)] == []
    assert (await feed.emitted(), await feed.phase()) == ([], "live")


async def test_a_first_extract_with_half_its_people_is_held_too(feed: ExtractFeed) -> None:
    state, sentences = await night(feed, 1, dropped("ssd_person", 0.5))
    assert (state, await feed.emitted()) == ("held", [])
    assert "30 of 60 rows (50%) of ssd_cin_episodes.csv are about a child" in sentences[0]


async def test_what_changes_in_a_night_is_taken(feed: ExtractFeed) -> None:
    await night(feed, 1)
    ordinary = (
        dropped("ssd_involvements", 0.05), written("enrolment", "urn", "990002", 4),
        written("ssd_cin_episodes", "cine_close_date", "2026-01-05", 5),
    )  # fmt: skip
    assert await night(feed, 2, *ordinary) == ("taken", [])


async def test_what_a_person_releases_is_taken_as_it_was_held(feed: ExtractFeed) -> None:
    await night(feed, 1)
    await feed.emitted()
    await night(feed, 2, dropped("ssd_involvements", 0.5))
    for path in (feed.extracts / "2").iterdir():
        path.unlink()
    await feed.database.execute(
        "UPDATE refresh SET released_at = now(), released_by = 'A Person', reason = 'it is so' WHERE state = 'held'"
    )
    await feed.restart()
    await feed.take()
    emitted = await feed.emitted()
    assert sum(not child.allocations for child in children(emitted) if child.rolls) == 27  # three are restricted
    assert [one.as_of for one in fresh(emitted)] == [FIRST + 2 * NIGHT]


async def test_the_next_night_takes_the_place_of_what_is_held(feed: ExtractFeed) -> None:
    await night(feed, 1)
    await night(feed, 2, dropped("ssd_involvements", 0.5))
    assert (await night(feed, 3))[0] == "taken"
    assert [state for state, _ in await feed.became()] == ["taken", "left", "taken"]


async def test_what_is_held_is_told_to_operators(feed: ExtractFeed) -> None:
    await night(feed, 1)
    await night(feed, 2, dropped("ssd_involvements", 0.5))
    async with feed.database.db.by_itself("look") as tx:
        last = await store.last(tx, "")
    assert last is not None
    told = trouble_of(last)
    assert told == await feed.database.value("SELECT trouble FROM way_seen")
    assert told == (
        "The extract taken at 2026-01-07 02:00 UTC is held: 30 of 60 rows (50%) of ssd_involvements would be gone."
        " It waits for `portal source release`."
    )


@pytest.mark.parametrize(
    ("changed", "before", "blows"),
    [(0, 0, False), (1, 1, False), (2, 2, True), (19, 30, False), (20, 30, True), (20, 200, False), (21, 200, True)],
)
def test_a_fuse_looks_at_the_share_and_not_at_a_few_unless_they_are_all(changed: int, before: int, blows: bool) -> None:
    assert Fuse(share=0.1, rows=20).blows(changed, before) is blows
