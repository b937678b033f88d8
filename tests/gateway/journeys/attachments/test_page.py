"""The page on which files are added to a concern: without script, and whatever is chosen, it says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.referrals.inspecting.domain.unfit import SENTENCES
from tests.gateway import world
from tests.gateway.journeys.attachments.world import Behind, Files
from tests.referrals.attachments import files as made
from tests.referrals.world import OFFICER
from tests.support.web import caller

NOTE = made.pdf(size=200_000)


async def test_a_file_is_added_listed_and_removed(files: Files) -> None:
    await files.open()
    assert "No file has been added. You can send the concern without any." in files.text
    await files.add(NOTE, "What Mira drew.pdf")
    assert (files.page.status_code, files.page.url.path) == (200, files.path)
    assert (
        "What Mira drew.pdf PDF, 196KB Not checked for viruses, for there is no scanner here Remove What Mira drew.pdf"
        in files.text
    )
    await files.add(made.jpeg(), "arm.jpg")
    assert len(files.ids) == 2
    await files.remove(files.ids[0])
    assert "What Mira drew" not in files.text
    assert "arm.jpg Photograph" in files.text
    await files.remove(files.ids[0])
    assert files.attaching.on_disk() == []


async def test_a_second_press_on_remove_is_no_fault(files: Files) -> None:
    await files.add(NOTE)
    [id] = files.ids
    token = files.token
    await files.remove(id)
    files.page = await files.browser.post(
        f"{files.path}/remove", data={"token": token, "file": id}, follow_redirects=True
    )
    assert "No file has been added" in files.text


async def test_back_and_add_again_has_the_file_once(files: Files) -> None:
    await files.add(NOTE)
    await files.add(NOTE, "again.pdf")
    assert len(files.ids) == 1


async def test_no_file_chosen_is_said(files: Files) -> None:
    await files.add(b"", "")
    assert (files.page.status_code, files.faults) == (422, ["Choose a file"])
    assert "<title>Error: Files for this concern" in files.page.text


async def test_what_is_not_taken_is_said_beside_the_field_and_the_others_stay(files: Files) -> None:
    await files.add(NOTE, "kept.pdf")
    await files.add(b"MZ\x90\x00 this program cannot be run in DOS mode", "letter.pdf")
    assert (files.page.status_code, files.faults) == (422, [SENTENCES["executable"]])
    assert "kept.pdf" in files.text
    assert len(files.attaching.on_disk()) == 1


async def test_a_file_of_more_than_may_be_sent_is_read_to_its_end_and_told_so(files: Files) -> None:
    files.attaching.again(file_max_bytes=1024 * 1024)
    await files.add(made.pdf(size=9_000_000))
    assert (files.page.status_code, files.faults) == (422, ["The file must be smaller than 1MB"])
    assert files.attaching.on_disk() == []


async def test_what_goes_beyond_all_bounds_is_a_page_too(files: Files) -> None:
    await files.open()
    response = await files.browser.post(
        f"{files.path}/add", content=b"x", headers={"content-length": str(200 * 1024 * 1024)}
    )
    assert response.status_code == 413


async def test_a_form_that_is_not_ours_adds_nothing(files: Files) -> None:
    await files.open()
    await files.add(NOTE, token="0" * 128)
    assert files.page.status_code == 403
    assert "Nothing was sent" in files.text
    assert await files.attaching.listed() == []


async def test_a_form_whose_proof_stands_behind_its_file_adds_nothing(files: Files) -> None:
    await files.open()
    parts = [("file", ("a.pdf", NOTE, "application/pdf")), ("token", (None, files.token))]
    response = await files.browser.post(f"{files.path}/add", files=parts)
    assert response.status_code == 403
    assert await files.attaching.listed() == []


@pytest.mark.parametrize("cut", [100, 20_000])
async def test_an_upload_that_is_cut_off_leaves_nothing(files: Files, cut: int) -> None:
    await files.open()
    boundary = b"--x\r\ncontent-disposition: form-data; name=%b\r\n\r\n"
    body = boundary % b'"token"' + files.token.encode() + b"\r\n" + boundary % b'"file"; filename="a.pdf"' + NOTE
    response = await files.browser.post(
        f"{files.path}/add", content=body[: 500 + cut], headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert response.status_code == 422
    assert "did not arrive whole" in response.text
    assert (await files.attaching.listed(), files.attaching.on_disk()) == ([], [])


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain"])
async def test_a_form_that_cannot_be_read_is_said_to_be_none(files: Files, kind: str) -> None:
    response = await files.browser.post(f"{files.path}/add", content=b"--x\r\n", headers={"content-type": kind})
    assert response.status_code in (400, 403)


async def test_somebody_elses_draft_is_not_found(files: Files) -> None:
    behind = Behind(files.attaching)
    behind.caller = caller("lead")
    await files.open()
    token = files.token
    files.browser._transport.app.state.client = behind.client()  # type: ignore[attr-defined]
    await files.open()
    assert files.page.status_code == 404
    await files.add(NOTE, token=token)
    assert files.page.status_code == 404
    assert (await files.browser.get("/concern-files/no-id")).status_code == 404


async def test_when_no_more_can_be_added_the_page_says_so(files: Files) -> None:
    files.attaching.again(draft_files_max=1)
    await files.open()
    token = files.token
    await files.add(NOTE)
    assert "That is as many as can be sent with one concern" in files.text
    assert 'type="file"' not in files.page.text
    await files.add(made.pdf(), token=token)
    assert "You can add up to 1 files. Remove one first" in files.page.text


async def test_of_a_concern_that_is_sent_nothing_is_added_and_nothing_is_offered(files: Files) -> None:
    """As after Back, and in a tab that was open."""
    await files.add(NOTE, "before.pdf")
    token = files.token
    await files.attaching.send()
    answer = await files.browser.get(files.path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/concern/{files.attaching.draft}/sent")
    await files.add(made.pdf(), "late.pdf", token=token)
    assert files.page.status_code == 422
    assert SENTENCES["sent"] in files.text
    assert "before.pdf" in files.text
    assert "/remove" not in files.page.text
    assert 'type="file"' not in files.page.text
    assert 'href="#file"' not in files.page.text


async def test_what_was_sent_is_saved_by_the_browser_and_run_by_nobody(files: Files) -> None:
    await files.add(NOTE, "Zoë's note.pdf")
    [id] = files.ids
    reference = await files.attaching.send()
    files.page = await files.browser.get(f"/attached/{reference}")
    assert "Zoë's note.pdf PDF, 196KB Not checked for viruses, for there is no scanner here Save" in files.text
    assert f'href="/attached/{reference}/{id}"' in files.page.text
    got = await files.browser.get(f"/attached/{reference}/{id}")
    assert (got.status_code, got.content) == (200, NOTE)
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''Zo%C3%AB%27s%20note.pdf"
    assert got.headers["content-type"] == "application/pdf"
    assert "sandbox" in got.headers["content-security-policy"]
    assert (got.headers["x-content-type-options"], got.headers["cache-control"]) == ("nosniff", "no-store")
    assert "content-encoding" not in got.headers
    elsewhere = (f"/attached/{reference}/{OFFICER.account}", f"/attached/ABC-DEF-G/{id}", "/attached/ABC-DEF-G")
    for path in (*elsewhere, "/attached/..%2f/x", "/attached/ab cd"):
        assert (await files.browser.get(path)).status_code == 404


async def test_what_is_in_quarantine_is_opened_by_nobody(files: Files) -> None:
    files.attaching.again(clamd="127.0.0.1:9")
    await files.add(NOTE)
    assert "Being checked for viruses. Nobody can open it yet" in files.text
    [id] = files.ids
    reference = await files.attaching.send()
    files.page = await files.browser.get(f"/attached/{reference}")
    assert "Being checked" in files.text
    assert f"/attached/{reference}/{id}" not in files.page.text
    got = await files.browser.get(f"/attached/{reference}/{id}")
    assert got.status_code == 409
    assert "This file cannot be opened" in got.text
    assert [fact["outcome"] for fact in await files.attaching.facts("AttachmentRead")][-1] == "checking"


async def test_a_sign_in_that_has_ended_is_told_after_the_whole_file_was_read(files: Files) -> None:
    behind = Behind(files.attaching)
    await files.open()
    behind.over = "time"
    files.browser._transport.app.state.client = behind.client()  # type: ignore[attr-defined]
    world.sign_in(files.browser)
    taken = 0

    async def form() -> AsyncIterator[bytes]:
        nonlocal taken
        part = b"--x\r\ncontent-disposition: form-data; name=%b\r\n\r\n"
        yield part % b'"token"' + files.token.encode() + b"\r\n" + part % b'"file"; filename="a.pdf"' + b"%PDF-1.7"
        for _ in range(100):
            yield bytes(64 * 1024)
            taken += 1
        yield b"\r\n--x--\r\n"

    kind = {"content-type": "multipart/form-data; boundary=x"}
    files.page = await files.browser.post(f"{files.path}/add", content=form(), headers=kind)
    assert files.page.status_code == 401
    assert "You have been signed out" in files.text
    assert taken == 100
