"""Where people can be written to, as far as identity has told it."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.identity import Account
from tests.referrals.world import Referrals

AISHA = Account(revision=5, account_id=uuid4(), name="Aisha Khan", email="aisha@example.org")


async def address(referrals: Referrals) -> object:
    return await referrals.clone.value("SELECT email FROM person WHERE account_id = $1", AISHA.account_id)


async def test_an_address_comes_also_where_yesterdays_code_kept_that_revision_without_it(referrals: Referrals) -> None:
    await referrals.clone.execute(
        "INSERT INTO person (account_id, name, revision) VALUES ($1, 'A', 5)", AISHA.account_id
    )
    await referrals.keep(AISHA)
    assert await address(referrals) == "aisha@example.org"


async def test_an_older_revision_brings_no_address_back_and_an_ended_account_keeps_none(referrals: Referrals) -> None:
    await referrals.keep(AISHA)
    await referrals.keep(AISHA.model_copy(update={"revision": 4, "email": "old@example.org"}))
    assert await address(referrals) == "aisha@example.org"
    await referrals.keep(AISHA.model_copy(update={"revision": 6, "ended": True}))
    assert await address(referrals) is None
