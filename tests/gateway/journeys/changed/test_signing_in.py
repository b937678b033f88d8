"""A whole sign-in, with the real identity and lookup: what has changed since is told before the home, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest

from services.identity.acting.domain import AT_THE_MACHINE
from services.identity.schools.commands import switch_option
from services.lookup.following.domain import Look
from services.lookup.following.store import put
from services.lookup.records import projections
from shared.contracts.feed import Allocation, Case, Child, Roll, Worker
from shared.contracts.identity import School
from shared.web.access import SCHOOLS
from tests.gateway.real import UPNS, Browser, MakeDatabase, Stack, stack

HERE = "990001"
WORKER = Worker(revision=1, worker_id=uuid4(), name="Rowan Achterberg", role="social_worker", team_id=None)


@pytest.fixture
async def portal(database: MakeDatabase) -> AsyncIterator[Stack]:
    async with stack(database) as made:
        await made.account(("lead", HERE))
        yield made


async def agree(portal: Stack, on: bool = True) -> None:
    """The council switches it, and lookup is told of it."""
    async with portal.tx(portal.identity) as tx:
        await switch_option(tx, AT_THE_MACHINE, HERE, "changed_since", on, portal.settings)
    body = await portal.identity.value(
        "SELECT body FROM outbox WHERE topic = $1 ORDER BY seq DESC LIMIT 1", School.topic
    )
    assert isinstance(body, bytes)
    async with portal.tx(portal.lookup) as tx:
        await SCHOOLS.put(tx, [School.model_validate_json(body)])


async def looked_and_changed(portal: Stack, account: UUID) -> None:
    """This lead has seen the child of their school without a worker; now it has one."""
    since, child_id = date(2020, 9, 1), await portal.lookup.value("SELECT child_id FROM roll WHERE school = $1", HERE)
    assert isinstance(child_id, UUID)
    child = Child(
        revision=2, child_id=child_id, upn=UPNS[HERE], given_name="Canary", family_name="Featherstone",
        born=date(2014, 4, 3), rolls=(Roll(school=HERE, starts=since),), cases=(Case(team_id=None, starts=since),),
        allocations=(Allocation(worker_id=WORKER.worker_id, lead=True, starts=since),),
    )  # fmt: skip
    async with portal.tx(portal.lookup) as tx:
        await put(tx, [Look(account, HERE, child_id, tx.now, frozenset())])
        await projections.WORKERS.put(tx, [WORKER])
        await projections.put_children(tx, [child])


async def entered(portal: Stack) -> tuple[Browser, httpx.Response]:
    """Somebody signs in whole, and what they see then."""
    browser = portal.browser()
    await portal.signed_in(browser)
    return browser, await browser.client.get("/", follow_redirects=True)


async def test_it_is_told_at_the_next_sign_in_once_and_only_while_it_is_agreed(portal: Stack) -> None:
    account = await portal.identity.value("SELECT account_id FROM account")
    assert isinstance(account, UUID)
    await looked_and_changed(portal, account)
    _, before = await entered(portal)
    assert (before.url.path, "Canary" in before.text, "Changed since you looked" in before.text) == (
        "/find",
        False,
        False,
    )
    await agree(portal)
    browser, page = await entered(portal)
    assert (page.url.path, "Canary" in page.text, "Has an allocated worker now" in page.text) == ("/", True, True)
    assert "Rowan" not in page.text
    assert (await browser.client.get("/", follow_redirects=True)).url.path == "/find"
    assert "Canary" in (await browser.client.get("/changed")).text
    await agree(portal, on=False)
    gone = await browser.client.get("/changed")
    assert (gone.status_code, "Canary" in gone.text) == (403, False)
