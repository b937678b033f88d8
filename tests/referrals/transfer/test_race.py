"""An acknowledgement that comes while another is being written down: the first number stays, and is told once."""

from __future__ import annotations

from services.referrals.transfer import store
from tests.referrals.transfer.world import OnItsWay


async def test_the_first_number_stays_and_the_second_is_nothing_new(into_folder: OnItsWay) -> None:
    await into_folder.made()
    referral_id = (await into_folder.row())["referral_id"]
    told = []
    for number in ("F-1", "F-2"):
        async with into_folder.referrals.transaction() as tx:
            told.append(await store.acknowledge(tx, referral_id, number))
    assert told == [True, False]
    assert (await into_folder.row())["source_number"] == "F-1"
