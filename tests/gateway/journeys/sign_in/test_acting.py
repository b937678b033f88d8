"""What a page was made for is what is answered for: schools switched, roles taken away, schools suspended meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from services.identity.accounts import commands as accounts
from services.identity.acting.domain import AT_THE_MACHINE
from services.identity.schools import commands as schools
from shared.contracts.identity import RoleHeld
from shared.contracts.lookup import SearchMade
from tests.gateway.real import EMAIL, UPNS, Browser, MakeDatabase, Stack, stack

HERE, THERE = "990001", "990002"
SWITCHES = 120
AT_ONCE = 6


@pytest.fixture
async def portal(database: MakeDatabase) -> AsyncIterator[Stack]:
    async with stack(database) as made:
        await made.account(("lead", HERE), ("lead", THERE))
        yield made


@pytest.fixture
async def lead(portal: Stack) -> Browser:
    """Signed in, acting for HERE."""
    browser = portal.browser()
    await portal.signed_in(browser)
    await browser.choose(await browser.form("/school"), f"lead@{HERE}")
    return browser


async def searches(portal: Stack) -> list[SearchMade]:
    rows = await portal.lookup.rows("SELECT body FROM outbox ORDER BY seq")
    return [SearchMade.model_validate_json(bytes(row["body"])) for row in rows]  # type: ignore[call-overload]


def answered(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and "Nothing was sent" not in answer.text


async def test_no_search_is_answered_for_another_school_than_its_page_was_made_for(
    portal: Stack, lead: Browser
) -> None:
    """Another tab switches to and fro; each search is of a page made for HERE, and asks for a child of HERE."""
    page, choosing = await lead.form("/find"), await lead.form("/school")
    turns = asyncio.Semaphore(AT_ONCE)

    async def switch(number: int) -> httpx.Response:
        async with turns:
            return await lead.choose(choosing, f"lead@{(HERE, THERE)[number % 2]}")

    async def search() -> httpx.Response:
        async with turns:
            return await lead.find(page, UPNS[HERE])

    ends = await asyncio.gather(*(one for n in range(SWITCHES) for one in (search(), switch(n))))
    found = Counter("answered" if answered(end) else end.status_code for end in ends[::2])
    assert {fact.school for fact in await searches(portal)} == {HERE}
    assert {fact.outcome for fact in await searches(portal)} == {"no_open_case"}
    assert set(found) <= {"answered", 403}
    assert found["answered"] == len(await searches(portal)) > 0
    assert all("another tab" in end.text for end in ends[::2] if not answered(end))


async def test_while_others_choose_the_same_school_again_and_again_no_search_is_refused(
    portal: Stack, lead: Browser
) -> None:
    page, choosing = await lead.form("/find"), await lead.form("/school")
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(number: int) -> httpx.Response:
        async with turns:
            if number % 2:
                return await lead.choose(choosing, f"lead@{HERE}")
            return await lead.find(page, UPNS[HERE])

    ends = await asyncio.gather(*(in_turn(number) for number in range(60)))
    assert all(answered(end) for end in ends[::2])


async def remove(portal: Stack, urn: str) -> None:
    async with portal.tx(portal.identity) as tx:
        await accounts.remove_role_at_the_machine(tx, EMAIL, RoleHeld(role="lead", school=urn), portal.settings)


async def suspend(portal: Stack, urn: str) -> None:
    async with portal.tx(portal.identity) as tx:
        await schools.suspend_school(tx, AT_THE_MACHINE, urn, portal.settings)


@pytest.mark.parametrize(
    ("end", "told"), [(remove, "Your role at School 990001 has ended"), (suspend, "suspended School 990001")]
)
async def test_who_can_no_longer_act_as_they_did_is_told_why_and_chooses_again(
    portal: Stack, lead: Browser, end: object, told: str
) -> None:
    assert callable(end)
    await end(portal, HERE)
    page = await lead.client.get("/find", follow_redirects=True)
    assert page.url.path == "/school"
    assert told in page.text
    assert re.findall(r'value="(lead@\d+)"', page.text) == [f"lead@{THERE}"]
    await lead.choose(await lead.form("/school"), f"lead@{THERE}")
    assert answered(await lead.find(await lead.form("/find"), UPNS[THERE]))


@pytest.mark.parametrize(
    ("end", "told"), [(remove, "Your role at School 990001 has ended"), (suspend, "suspended School 990001")]
)
async def test_who_sends_a_form_after_the_role_or_the_school_was_taken_away_is_told_that_and_of_no_other_tab(
    portal: Stack, lead: Browser, end: object, told: str
) -> None:
    assert callable(end)
    page = await lead.form("/find")
    await end(portal, HERE)
    answer = await lead.find(page, UPNS[HERE])
    assert (answer.status_code, answered(answer)) == (403, False)
    assert told in answer.text
    assert "signed in again" not in answer.text
    assert "another tab" not in answer.text
    assert await searches(portal) == []


async def test_who_can_act_for_no_school_any_more_is_told_so(portal: Stack, lead: Browser) -> None:
    for urn in UPNS:
        await suspend(portal, urn)
    page = await lead.client.get("/find", follow_redirects=True)
    assert "There is no school that you can act for" in page.text
    assert "01632 960 100" in page.text


async def test_what_lookup_knows_to_have_ended_is_a_page_that_says_so(portal: Stack, lead: Browser) -> None:
    """It is between identity's yes and lookup's answer that the role ends: lookup is the first to know."""
    page = await lead.form("/find")
    account = await portal.identity.value("SELECT account_id FROM account")
    assert isinstance(account, UUID)
    await portal.lookup.execute(
        "INSERT INTO access_account (account_id, roles, revision, roles_revision) VALUES ($1, '{}', $2, $2)",
        account, 1 << 50,
    )  # fmt: skip
    answer = await lead.find(page, UPNS[HERE])
    assert (answer.status_code, answered(answer)) == (403, False)
    assert "You can no longer act as you did" in answer.text
    assert "another tab" not in answer.text
    assert await searches(portal) == []
