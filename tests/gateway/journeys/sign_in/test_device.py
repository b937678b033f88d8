"""A browser that has signed in whole is known from then on, and wrong passwords from its school do not shut it out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.gateway.journeys.sign_in.routes import DEVICE
from tests.gateway.real import Browser, MakeDatabase, Stack, stack

WRONG = "not the password"


@pytest.fixture
async def portal(database: MakeDatabase) -> AsyncIterator[Stack]:
    async with stack(database) as made:
        await made.account(("lead", "990001"))
        yield made


async def sign_out(browser: Browser) -> None:
    await browser.send("/sign-out", await browser.form("/help"))


def cookie(answer: httpx.Response) -> str:
    [found] = [each for each in answer.headers.get_list("set-cookie") if each.startswith(DEVICE)]
    return found


async def test_ten_wrong_passwords_from_the_schools_network_do_not_lock_its_lead_out_there(portal: Stack) -> None:
    lead, neighbour = portal.browser(), portal.browser()
    await portal.signed_in(lead)
    await sign_out(lead)
    refused = [(await neighbour.password(WRONG)).status_code for _ in range(11)]
    assert refused == [422] * 10 + [429]
    assert (await portal.browser().password()).status_code == 429  # nor in with the right one, on an unknown device
    assert (await portal.signed_in(lead)).headers["location"] == "/"
    assert (await lead.client.get("/", follow_redirects=True)).url.path == "/find"


async def test_the_cookie_is_long_lived_and_for_this_host_alone(portal: Stack) -> None:
    set_to = cookie(await portal.signed_in(portal.browser()))
    assert DEVICE.startswith("__Host-")
    wanted = {"HttpOnly", "Secure", "Path=/", "SameSite=strict", f"Max-Age={90 * 24 * 60 * 60}"}
    assert wanted <= set(set_to.split("; "))
    assert "Domain" not in set_to


async def test_it_stays_when_one_signs_out_and_is_the_same_after_the_next_sign_in(portal: Stack) -> None:
    lead = portal.browser()
    await portal.signed_in(lead)
    before = lead.client.cookies[DEVICE]
    await sign_out(lead)
    assert lead.client.cookies[DEVICE] == before
    await portal.signed_in(lead)
    assert lead.client.cookies[DEVICE] == before


@pytest.mark.parametrize("secret", ["x" * 43, "x" * 5000, "a space", ""])
async def test_a_secret_that_somebody_made_up_is_replaced_and_breaks_nothing(portal: Stack, secret: str) -> None:
    lead = portal.browser()
    lead.client.cookies.set(DEVICE, secret, domain="portal.test", path="/")
    answer = await portal.signed_in(lead)
    assert answer.headers["location"] == "/"
    assert secret not in cookie(answer).split("=")[1].split(";")


async def test_the_page_about_cookies_names_it(portal: Stack) -> None:
    assert "(device)" in (await portal.browser().client.get("/cookies")).text
