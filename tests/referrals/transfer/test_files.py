"""The files of a referral on its way: clean ones go, whole and vouched for; one that is being checked is waited for; an
infected one stays, and that is told."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching, with_files
from tests.referrals.transfer.test_https import parts
from tests.referrals.transfer.test_intake import of_source
from tests.referrals.transfer.world import Cases, OnItsWay
from tests.referrals.world import OFFICER, Referrals, body

CLEAN = "UPDATE attachment SET scan = 'clean', scanned_at = now()"


@pytest.fixture
async def attaching(referrals: Referrals, tmp_path: Path) -> Attaching:
    made = Attaching(referrals, with_files(tmp_path / "files"))
    await made.start()
    return made


async def sent(attaching: Attaching, way: OnItsWay) -> str:
    """The reference of a referral with two files."""
    await attaching.added(files.pdf(), "Zeichnung «Mira».pdf")
    await attaching.added(files.jpeg(), "photo.jpg")
    receipt = await attaching.web.post("/referrals", body(), attaching.who, idempotency_key=str(attaching.draft))
    await way.referrals.clone.execute("UPDATE draft SET sent_at = now(), sealed = NULL")
    way.settings = way.settings.model_copy(update={"files": attaching.settings.files})
    return str(receipt.json()["reference"])


async def test_clean_files_go_along_and_the_manifest_vouches_for_them(
    attaching: Attaching, into_folder: OnItsWay, folder: Path
) -> None:
    reference = await sent(attaching, into_folder)
    await attaching.referrals.clone.execute(CLEAN)
    await into_folder.work()
    manifest = json.loads((folder / reference / "manifest.json").read_bytes())
    data = json.loads((folder / reference / "referral.json").read_bytes())
    assert [(file["name"], file["type"], file["checked"]) for file in data["files"]] == [
        ("Zeichnung «Mira».pdf", "application/pdf", True), ("photo.jpg", "image/jpeg", True),
    ]  # fmt: skip
    for place, file in enumerate(data["files"], start=1):
        content = (folder / reference / "files" / str(place)).read_bytes()
        assert file["sha256"] == manifest[f"files/{place}"]["sha256"] == sha256(content).hexdigest()
        assert file["size"] == len(content)


async def test_they_go_into_the_intake_table_and_over_https_too(
    attaching: Attaching, into_intake: OnItsWay, source: str, over_https: tuple[Cases, OnItsWay]
) -> None:
    await sent(attaching, into_intake)
    await into_intake.work()
    rows = await of_source(source, "SELECT name, type, content FROM intake_file ORDER BY id")
    assert [row["name"] for row in rows] == ["Zeichnung «Mira».pdf", "photo.jpg"]
    cases, way = over_https
    way.settings = way.settings.model_copy(update={"files": attaching.settings.files})
    await way.referrals.clone.execute("UPDATE transfer SET state = 'waiting', sent_at = NULL, next_at = now()")
    await way.work()
    assert parts(cases.headers[0], cases.bodies[0])["file"] == rows[-1]["content"]


async def test_a_file_that_is_still_to_be_checked_is_waited_for(
    attaching: Attaching, into_folder: OnItsWay, folder: Path
) -> None:
    reference = await sent(attaching, into_folder)
    into_folder.settings = into_folder.settings.model_copy(update={"clamd": "127.0.0.1:9"})
    row = await into_folder.round()
    assert (row["state"], row["trouble"], list(folder.iterdir())) == ("waiting", "checking", [])
    await attaching.referrals.clone.execute(CLEAN)
    assert (await into_folder.round())["state"] == "sent"
    assert (folder / reference / "files" / "2").exists()


async def test_an_infected_file_stays_and_that_is_told(
    attaching: Attaching, into_folder: OnItsWay, folder: Path
) -> None:
    reference = await sent(attaching, into_folder)
    into_folder.settings = into_folder.settings.model_copy(update={"clamd": "127.0.0.1:9"})
    await attaching.referrals.clone.execute(CLEAN)
    await attaching.referrals.clone.execute(
        "UPDATE attachment SET scan = 'infected' WHERE added_at = (SELECT max(added_at) FROM attachment)"
    )
    await into_folder.work()
    data = json.loads((folder / reference / "referral.json").read_bytes())
    assert [file["name"] for file in data["files"]] == ["Zeichnung «Mira».pdf"]
    assert data["kept_back"] == ["photo.jpg"]
    assert [each.name for each in (folder / reference / "files").iterdir()] == ["1"]


async def test_the_copy_names_them(attaching: Attaching, into_folder: OnItsWay) -> None:
    reference = await sent(attaching, into_folder)
    page = await attaching.web.get(f"/referrals/{reference}/receipt", OFFICER)
    lines = page.json()["parts"][-1]["lines"]
    assert [line["text"].partition(" (")[0] for line in lines] == ["Zeichnung «Mira».pdf", "photo.jpg"]
