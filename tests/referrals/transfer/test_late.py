"""What does not arrive in time is listed, counted and told once; an officer asks for it again; without a case system
nothing is late, and that is said."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.referrals.transfer.domain import PAUSES_S, pause
from shared.observe.metrics import metrics
from tests.referrals.transfer.world import OnItsWay, settings
from tests.referrals.world import MIRA, OFFICER, OTHER_SCHOOL, Referrals
from tests.support.web import SCHOOL, caller

LATE = timedelta(minutes=16)


def measured(name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


async def test_late_is_noticed_once_listed_and_counted(into_folder: OnItsWay) -> None:
    reference = await into_folder.made()
    await into_folder.notice()
    assert await into_folder.kinds("TransferLate") == []
    assert measured("portal_transfers_waiting", late="no") == 1
    for _ in range(2):
        await into_folder.notice(LATE)
    [fact] = await into_folder.kinds("TransferLate")
    assert (fact["reference"], fact["children"], fact["school"]) == (reference, [str(MIRA.child_id)], SCHOOL)
    assert (measured("portal_transfers_waiting", late="yes"), measured("portal_transfers_waiting", late="no")) == (1, 0)
    assert (measured("portal_transfer_age_seconds") or 0) > LATE.total_seconds()
    told = await into_folder.listed()
    assert (told["count"], told["late"], told["case_system"]) == (1, 1, "folder")
    assert [(one["reference"], one["late_at"] is not None) for one in told["transfers"]] == [(reference, True)]


async def test_reading_the_list_is_a_fact_and_for_officers_alone(into_folder: OnItsWay) -> None:
    await into_folder.made()
    await into_folder.listed()
    [fact] = await into_folder.kinds("TransfersRead")
    assert (fact["actor"], fact["outcome"], fact["children"]) == (str(OFFICER.account), "shown", [str(MIRA.child_id)])
    for role in ("lead", "headteacher", "data_protection_officer"):
        assert (await into_folder.referrals.web.get("/transfers", caller(role))).status_code == 403  # type: ignore[arg-type]


async def test_the_officer_sends_it_again_and_it_goes_at_once(into_folder: OnItsWay) -> None:
    reference = await into_folder.made()
    await into_folder.round()
    await into_folder.referrals.clone.execute("UPDATE transfer SET next_at = now() + interval '1 day', attempts = 9")
    await into_folder.work()
    assert (await into_folder.row())["attempts"] == 9
    response = await into_folder.referrals.web.post(f"/referrals/{reference}/transfer/again", {}, OFFICER)
    assert response.status_code == 202
    await into_folder.work()
    assert (await into_folder.row())["attempts"] == 1
    assert [fact["outcome"] for fact in await into_folder.kinds("TransferAskedAgain")] == ["asked"]
    assert len(await into_folder.kinds("TransferBegun")) == 2


async def test_what_is_acknowledged_is_not_sent_again(into_folder: OnItsWay) -> None:
    reference = await into_folder.made()
    await into_folder.referrals.clone.execute(
        "UPDATE transfer SET state = 'acknowledged', acknowledged_at = now(), source_number = 'F-1'"
    )
    response = await into_folder.referrals.web.post(f"/referrals/{reference}/transfer/again", {}, OFFICER)
    assert response.json()["source_number"] == "F-1"
    assert (await into_folder.round())["state"] == "acknowledged"
    assert [fact["outcome"] for fact in await into_folder.kinds("TransferAskedAgain")] == ["already_acknowledged"]


async def test_a_school_is_told_how_far_its_own_is_and_no_others(into_folder: OnItsWay) -> None:
    reference = await into_folder.made()
    path, web = f"/referrals/{reference}/transfer", into_folder.referrals.web
    assert (await web.get(path, caller("lead"))).json()["state"] == "waiting"
    assert (await web.get(path, OFFICER)).json()["state"] == "waiting"
    assert (await web.get(path, caller("lead", OTHER_SCHOOL))).status_code == 404
    assert [fact["outcome"] for fact in await into_folder.kinds("TransfersRead")] == ["shown", "shown", "not_found"]


async def test_without_a_case_system_all_waits_nothing_is_late_and_that_is_said(referrals: Referrals) -> None:
    way = OnItsWay(referrals, settings())
    await way.made()
    await way.work()
    await way.notice(LATE)
    assert (await way.row())["attempts"] == 0
    assert await way.kinds("TransferLate") == []
    told = await way.listed()
    assert (told["case_system"], told["count"], told["late"]) == ("none", 1, 0)


async def test_it_waits_and_is_listed_from_the_moment_it_is_made(into_folder: OnItsWay) -> None:
    """Its fact has reached nobody: Kafka may be away for as long as it likes."""
    receipt = await into_folder.referrals.made()
    assert (await into_folder.row())["since"] == datetime.fromisoformat(receipt["made_at"])
    told = await into_folder.listed()
    assert [one["reference"] for one in told["transfers"]] == [receipt["reference"]]
    path = f"/referrals/{receipt['reference']}/transfer"
    assert (await into_folder.referrals.web.get(path, OFFICER)).json()["state"] == "waiting"


def test_the_pauses_grow_to_ten_minutes_and_no_longer() -> None:
    pauses = [pause(attempts).total_seconds() for attempts in range(1, 20)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (PAUSES_S[0], 600)
