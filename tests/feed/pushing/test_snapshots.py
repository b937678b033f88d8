"""Snapshots that are pushed: taken whole or not at all, held where too much would change, sent again without harm."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.feed.refreshing.store import REFRESH
from services.feed.snapshots.commands import SnapshotTaker
from tests.feed.pushing.world import AREA, BATCH, COMPLETE, FIRST, LATER, PUSHED, Known, PushFeed, episode, person
from tests.feed.world import fresh

SNAPSHOTS = f"{AREA}/snapshots"


class Sender:
    """Sends one snapshot."""

    def __init__(self, feed: PushFeed) -> None:
        self.feed, self.id = feed, ""
        self.taker = SnapshotTaker(PUSHED, feed.settings)

    async def begin(self, at: Any = LATER) -> httpx.Response:
        answer = await self.feed.post(SNAPSHOTS, {"complete_to": at.isoformat()})
        if answer.status_code == 200:
            self.id = answer.json()["snapshot"]
        return answer

    async def send(self, *children: dict[str, Any]) -> httpx.Response:
        return await self.feed.post(BATCH, list(children), portal_snapshot=self.id)

    async def end(self, children: int) -> httpx.Response:
        return await self.feed.post(f"{SNAPSHOTS}/{self.id}/end", {"children": children})

    async def taken(self) -> str:
        """What became of it, when the feed has looked and emitted."""
        await self.taker.look(self.feed.database.db)
        await self.feed.catch_up()
        return str(await self.feed.database.value("SELECT state FROM refresh ORDER BY id DESC LIMIT 1"))

    async def whole(self, *children: dict[str, Any], at: Any = LATER) -> str:
        assert (await self.begin(at)).status_code == 200
        assert (await self.send(*children)).status_code == 200
        assert (await self.end(len(children))).status_code == 202
        return await self.taken()


async def begun(pushed: PushFeed) -> Known:
    await pushed.upload_roll(1, 2, 3)
    await pushed.give_lists()
    assert await Sender(pushed).whole(person(1), person(2), at=FIRST) == "taken"
    return Known().hear(await pushed.emitted())


async def test_a_snapshot_may_be_the_first_that_comes(pushed: PushFeed) -> None:
    known = await begun(pushed)
    assert [len(known.child(name).allocations) for name in ("Mirela", "Osian", "Yusra")] == [1, 1, 0]
    assert [one.as_of for one in fresh(known.others)] == [FIRST]


async def test_what_a_snapshot_does_not_have_is_gone_and_lists_stay(pushed: PushFeed) -> None:
    known = await begun(pushed)
    assert await Sender(pushed).whole(person(1), person(3)) == "taken"
    events = await pushed.emitted()
    known.hear(events)
    assert [len(known.child(name).allocations) for name in ("Mirela", "Osian", "Yusra")] == [1, 0, 1]
    assert [one.as_of for one in fresh(events)] == [LATER]
    assert len(await pushed.rows("staff")) == 3


async def test_until_it_has_ended_and_is_taken_nothing_of_it_is_emitted(pushed: PushFeed) -> None:
    await begun(pushed)
    sender = Sender(pushed)
    await sender.begin()
    await sender.send(person(3))
    assert await sender.taken() == "reading"
    assert await pushed.emitted() == []
    assert [row["la_child_id"] for row in await pushed.rows("children")] == ["C1", "C2"]


async def test_one_that_is_not_whole_is_not_ended(pushed: PushFeed) -> None:
    sender = Sender(pushed)
    await sender.begin()
    await sender.send(person(1))
    answer = await sender.end(2)
    assert (answer.status_code, "1 have come" in answer.json()["detail"]) == (409, True)
    assert (await sender.send(person(2), person(3, purge="x"))).status_code == 400
    assert (await sender.end(2)).status_code == 409
    assert (await sender.send(person(2))).status_code == 200
    assert (await sender.end(2)).status_code == 202
    assert (await sender.end(2)).status_code == 409
    assert await sender.taken() == "taken"


async def test_an_empty_one_is_never_taken_for_a_council_without_cases(pushed: PushFeed) -> None:
    sender = Sender(pushed)
    await sender.begin()
    assert (await sender.end(0)).status_code == 409


async def test_a_batch_that_comes_again_replaces_what_came_of_its_children(pushed: PushFeed) -> None:
    await begun(pushed)
    sender = Sender(pushed)
    await sender.begin()
    slash = {**person(2), "la_child_id": "C1/2"}
    for batch in ((person(1), slash), (person(1), slash), (person(1, episode(2)), slash)):
        assert (await sender.send(*batch)).status_code == 200
    assert (await sender.end(2)).status_code == 202
    came = await pushed.database.rows("SELECT key FROM refresh_row WHERE source_table = 'social_care_episodes'")
    assert sorted(str(row["key"]) for row in came) == ["C1/E2", "C1\\/2/E2"]


async def test_one_with_half_of_the_cases_missing_waits_for_a_person(pushed: PushFeed) -> None:
    pushed.settings = pushed.settings.model_copy(update={"fuse_rows": 1})
    known = await begun(pushed)
    without = person(2, social_care_episodes=[])
    assert await Sender(pushed).whole(person(1), without) == "held"
    assert (await pushed.emitted(), known.child("Osian").cases) == ([], known.child("Osian").cases)
    sentences = (await pushed.database.rows(f"SELECT {REFRESH} FROM refresh ORDER BY id DESC"))[0]["sentences"]
    assert "1 of 2 rows (50%) of social_care_episodes would be gone." in sentences  # type: ignore[operator]
    await pushed.database.execute("UPDATE refresh SET released_at = now() WHERE state = 'held'")
    assert await Sender(pushed).taken() == "taken"
    assert known.hear(await pushed.emitted()).child("Osian").cases == ()


async def test_a_delta_is_refused_while_one_is_sent_and_puts_away_one_that_is_held(pushed: PushFeed) -> None:
    pushed.settings = pushed.settings.model_copy(update={"fuse_rows": 1})
    await begun(pushed)
    sender = Sender(pushed)
    await sender.begin()
    for path, body in ((BATCH, [person(3)]), (COMPLETE, {"complete_to": LATER.isoformat()})):
        answer = await pushed.post(path, body)
        assert (answer.status_code, "A snapshot is being sent" in answer.json()["detail"]) == (409, True)
    await sender.send(person(1))
    await sender.end(1)
    assert await sender.taken() == "held"
    await pushed.push(person(3))
    assert await sender.taken() == "left"


async def test_one_that_was_begun_and_forgotten_is_given_up(pushed: PushFeed) -> None:
    await begun(pushed)
    await Sender(pushed).begin()
    await pushed.database.execute("UPDATE refresh SET began_at = began_at - interval '7 hours' WHERE state = 'reading'")
    await pushed.push(person(3))
    assert await pushed.database.value("SELECT state FROM refresh ORDER BY id DESC LIMIT 1") == "left"


async def test_another_may_be_begun_and_then_the_first_takes_nothing_more(pushed: PushFeed) -> None:
    first, second = Sender(pushed), Sender(pushed)
    await first.begin()
    await second.begin()
    assert (await first.send(person(1))).status_code == 409
    assert (await second.send(person(1))).status_code == 200
    first.id = str(uuid4())
    assert (await first.end(1)).status_code == 409


@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(days=9999)])
async def test_its_moment_is_neither_before_what_is_known_nor_in_the_future(pushed: PushFeed, ahead: timedelta) -> None:
    await begun(pushed)
    assert (await Sender(pushed).begin(FIRST + ahead)).status_code == 409


async def test_whoever_is_listed_as_restricted_while_it_is_sent_is_restricted(pushed: PushFeed) -> None:
    await begun(pushed)
    sender = Sender(pushed)
    await sender.begin()
    await sender.send(person(1), person(3))
    await pushed.give_list("restricted", ["C3"])
    await sender.end(2)
    assert await sender.taken() == "taken"
    assert Known().hear(await pushed.emitted()).child("Yusra").restricted


async def test_after_a_raised_epoch_a_snapshot_puts_all_right(pushed: PushFeed) -> None:
    await begun(pushed)
    await pushed.begin_again(2)
    assert await Sender(pushed).whole(person(1), person(2)) == "taken"
    known = Known().hear(await pushed.emitted())
    assert [len(known.child(name).allocations) for name in ("Mirela", "Osian", "Yusra")] == [1, 1, 0]
