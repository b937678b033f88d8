"""Files in a browser: added, refused, removed and saved, with script and without, by keyboard, at 320 pixels."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from services.gateway.frame.cookies import SESSION
from tests.e2e.people import NARROW, SHOTS, STANDARD, WIDE
from tests.gateway.journeys.attachments.running import Identity, processes
from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching, with_files
from tests.referrals.world import MIRA, OFFICER, Referrals
from tests.support import browser as chromium
from tests.support.databases import Clone

pytestmark = pytest.mark.e2e


class Files:
    """The page on which files are added, in Chromium, and who is signed in there."""

    def __init__(self, page: Page, base: str, attaching: Attaching, identity: Identity, script: bool) -> None:
        self.page, self.base, self.attaching, self.identity, self.script = page, base, attaching, identity, script

    async def open(self, path: str | None = None) -> None:
        await self.page.goto(f"{self.base}{path or f'/concern-files/{self.attaching.draft}'}")

    async def choose(self, name: str, data: bytes) -> None:
        chosen = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        await self.page.get_by_label("Add a file").set_input_files(chosen)  # type: ignore[arg-type]

    async def add(self, name: str, data: bytes) -> None:
        """By keyboard: from the field to the button, and pressed."""
        await self.choose(name, data)
        await self.page.get_by_label("Add a file").focus()
        await self.page.keyboard.press("Tab")
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def text(self) -> str:
        return " ".join((await self.page.inner_text("main")).split())

    async def looks_right(self, name: str) -> None:
        """As axe and a narrow window find it; both ask by script."""
        if not self.script:
            return
        await self._shoot(name)
        found = await Axe().run(self.page, options={"runOnly": {"type": "tag", "values": STANDARD}})
        assert [fault["id"] for fault in found.response["violations"]] == []
        await self.page.set_viewport_size(NARROW)
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        await self._shoot(f"{name}-320")
        await self.page.set_viewport_size(WIDE)

    async def _shoot(self, name: str) -> None:
        if folder := os.environ.get(SHOTS):
            Path(folder).mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture(params=[True, False], ids=["with script", "without"])
async def at_page(
    request: pytest.FixtureRequest, database: Callable[..., Awaitable[Clone]], tmp_path: Path
) -> AsyncIterator[Files]:
    attaching = Attaching(Referrals(await database("referrals")), with_files(tmp_path / "files"))
    await attaching.referrals.keep(MIRA)
    await attaching.referrals.is_fresh()
    await attaching.start()
    identity = Identity()
    identity.caller = attaching.who
    async with processes(attaching, identity) as (_, http), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.require(), args=list(chromium.FLAGS))
        context = await browser.new_context(viewport=WIDE, java_script_enabled=request.param)  # type: ignore[arg-type]
        base = str(http.base_url).rstrip("/")
        await context.add_cookies(
            [{"name": SESSION, "value": "s", "url": base.replace("http:", "https:"), "secure": True}]
        )
        yield Files(await context.new_page(), base, attaching, identity, request.param)
        await browser.close()


async def test_files_are_added_refused_removed_and_saved(at_page: Files) -> None:
    await at_page.open()
    await at_page.looks_right("files-none")
    await at_page.add("A drawing of the house.pdf", files.pdf(size=300_000))
    await at_page.add("arm.jpg", files.jpeg())
    assert "A drawing of the house.pdf PDF, 293KB" in await at_page.text()
    await at_page.looks_right("files-added")
    await at_page.add("letter.pdf", b"MZ\x90\x00 this program cannot be run in DOS mode")
    assert "The file is a program, whatever its name says" in await at_page.text()
    assert (await at_page.page.title()).startswith("Error: ")
    await at_page.looks_right("files-refused")
    async with at_page.page.expect_navigation():
        await at_page.page.get_by_role("button", name="Remove arm.jpg").click()
    assert "arm.jpg" not in await at_page.text()
    reference = await at_page.attaching.send()
    at_page.identity.caller, at_page.identity.acting = OFFICER, {"role": "triage_officer"}
    await at_page.open(f"/attached/{reference}")
    await at_page.looks_right("files-of-a-referral")
    async with at_page.page.expect_download() as saved:
        await at_page.page.get_by_role("link", name="Save A drawing of the house.pdf").click()
    download = await saved.value
    assert download.suggested_filename == "A drawing of the house.pdf"
    assert Path(await download.path()).read_bytes() == files.pdf(size=300_000)


async def test_a_hundred_megabytes_are_refused_with_a_sentence(at_page: Files, tmp_path: Path) -> None:
    """With script before a byte is sent; without, the server reads it to its end, so that the browser hears why."""
    large = tmp_path / "film.mp4"
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    await at_page.open()
    await at_page.page.get_by_label("Add a file").set_input_files(large)
    await at_page.page.get_by_role("button", name="Add file").click()
    await at_page.page.get_by_text("The file must be smaller than 20MB").first.wait_for()
    assert await at_page.attaching.listed() == []
