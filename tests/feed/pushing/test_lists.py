"""The lists beside the payload: each is taken as a whole, or held where too much of it would change."""

from shared.contracts.feed import Team, Worker
from tests.feed.pushing.world import AREA, TEAM, Known, PushFeed, person, staff


async def begun(pushed: PushFeed) -> Known:
    await pushed.upload_roll(1, 2, 3)
    await pushed.give_lists()
    await pushed.push(person(1), person(2), person(3))
    await pushed.complete()
    return Known().hear(await pushed.emitted())


async def test_whoever_is_on_the_list_is_restricted_and_no_other(pushed: PushFeed) -> None:
    known = await begun(pushed)
    await pushed.give_list("restricted", ["C2", "C3"])
    known.hear(await pushed.emitted())
    assert [known.child(name).restricted for name in ("Mirela", "Osian", "Yusra")] == [False, True, True]
    assert known.child("Osian").allocations == ()
    await pushed.give_list("restricted", ["C3", "C1"])
    known.hear(await pushed.emitted())
    assert [known.child(name).restricted for name in ("Mirela", "Osian", "Yusra")] == [True, False, True]
    await pushed.push(person(1), person(2))
    assert await pushed.emitted() == []


async def test_a_list_by_which_nobody_would_be_restricted_any_more_needs_a_reason(pushed: PushFeed) -> None:
    known = await begun(pushed)
    await pushed.give_list("restricted", ["C1", "C2"])
    known.hear(await pushed.emitted())
    answer = await pushed.post(f"{AREA}/lists/restricted", [])
    assert (answer.status_code, "2 of 2 children would be restricted no more" in answer.json()["detail"]) == (409, True)
    assert await pushed.emitted() == []
    await pushed.give_list("restricted", [], portal_reason="Both orders have ended")
    known.hear(await pushed.emitted())
    assert not known.child("Mirela").restricted
    assert (
        await pushed.database.value("SELECT reason FROM push_list WHERE name = 'restricted'")
        == "Both orders have ended"
    )


async def test_staff_and_teams_change_and_go_with_their_list(pushed: PushFeed) -> None:
    await begun(pushed)
    await pushed.give_list("staff", [staff(1, phone="07700 900999"), staff(2)])
    changed = [one for one in await pushed.emitted() if isinstance(one, Worker)]
    assert sorted((one.phone or "", one.ended) for one in changed) == [("", True), ("07700 900999", False)]
    await pushed.give_list("teams", [{**TEAM, "name": "North and West"}])
    assert [one.name for one in await pushed.emitted() if isinstance(one, Team)] == ["North and West"]


async def test_a_list_that_would_drop_all_or_is_empty_is_not_taken(pushed: PushFeed) -> None:
    await begun(pushed)
    answer = await pushed.post(f"{AREA}/lists/staff", [staff(4), staff(5)])
    assert (answer.status_code, "3 of 3 rows (100%) of staff would be gone" in answer.json()["detail"]) == (409, True)
    assert (await pushed.post(f"{AREA}/lists/staff", [])).status_code == 400
    assert (await pushed.post(f"{AREA}/lists/people", [])).status_code == 422
    for broken in ([staff(1), staff(1)], [{"name": "Ione"}], ["W1"]):
        answer = await pushed.post(f"{AREA}/lists/staff", broken)
        assert (answer.status_code, "staff_id" in answer.json()["errors"][0]) == (400, True)
    for wrong in (["C1", "C1"], [1], [""], [None]):
        assert (await pushed.post(f"{AREA}/lists/restricted", wrong)).status_code == 400
    assert await pushed.emitted() == []
