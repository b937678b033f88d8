"""Two officers at the same council, and a referral that a school sent."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator

import pytest

from services.gateway.frame.rendering import Pages
from shared.contracts.identity import Account, School
from tests.gateway.journeys.triage.council import Desk
from tests.referrals.triage.desk import officer
from tests.referrals.world import MIRA, NORTH, ROWAN, Referrals
from tests.support.databases import Clone
from tests.support.lines import logged
from tests.support.web import SCHOOL


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with logged("referrals") as said:
        yield said


@pytest.fixture
async def referrals(database: Callable[..., Awaitable[Clone]], lines: io.StringIO) -> Referrals:
    made = Referrals(await database("referrals"))
    sender = Account(revision=1, account_id=made.who.account, name="Aisha Khan")
    await made.keep(MIRA, NORTH, ROWAN, sender, School(revision=1, urn=SCHOOL, name="Alder Primary"))
    await made.is_fresh()
    return made


@pytest.fixture
async def iris(referrals: Referrals, pages: Pages) -> Desk:
    return Desk(referrals, await officer(referrals), pages)


@pytest.fixture
async def tom(referrals: Referrals, pages: Pages) -> Desk:
    return Desk(referrals, await officer(referrals, "Tom Okonjo"), pages)


@pytest.fixture
async def reference(referrals: Referrals) -> str:
    made: str = (await referrals.made())["reference"]
    return made
