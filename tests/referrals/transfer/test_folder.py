"""Into a folder: whole or not at all, vouched for by its manifest, acknowledged by a file."""

from __future__ import annotations

import json
import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from services.referrals.case_systems.systems import folder as drop
from tests.referrals.transfer.world import OnItsWay
from tests.referrals.world import WORDS


def acknowledge(folder: Path, reference: str, number: str) -> None:
    coming = folder / f".{reference}.ack"
    coming.write_text(json.dumps({"number": number}), encoding="utf-8")
    coming.rename(folder / f"{reference}.ack.json")


async def test_it_is_there_whole_and_its_manifest_is_right(into_folder: OnItsWay, folder: Path) -> None:
    reference = await into_folder.made()
    await into_folder.work()
    assert sorted(each.name for each in folder.iterdir()) == [reference]
    manifest = json.loads((folder / reference / "manifest.json").read_bytes())
    assert set(manifest) == {"referral.json", "receipt.pdf"}
    for name, said in manifest.items():
        content = (folder / reference / name).read_bytes()
        assert (said["size"], said["sha256"]) == (len(content), sha256(content).hexdigest())
        assert (folder / reference / name).stat().st_mode & 0o007 == 0
    assert json.loads((folder / reference / "referral.json").read_bytes())["concern"] == WORDS


async def test_the_file_beside_it_acknowledges_it(into_folder: OnItsWay, folder: Path) -> None:
    reference = await into_folder.made()
    assert (await into_folder.round())["state"] == "sent"
    acknowledge(folder, reference, "F-1")
    acknowledge(folder, reference, "F-2")
    assert (await into_folder.round())["source_number"] == "F-2"
    acknowledge(folder, reference, "F-3")
    assert (await into_folder.round())["source_number"] == "F-2"


async def test_it_may_be_taken_away_before_it_is_acknowledged(into_folder: OnItsWay, folder: Path) -> None:
    reference = await into_folder.made()
    await into_folder.round()
    shutil.rmtree(folder / reference)
    assert (await into_folder.round())["state"] == "sent"
    assert list(folder.iterdir()) == []
    acknowledge(folder, reference, "F-1")
    assert (await into_folder.round())["state"] == "acknowledged"


async def test_a_crash_while_it_is_written_shows_nothing_and_is_mended(
    into_folder: OnItsWay, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await into_folder.made()
    with monkeypatch.context() as patched:
        patched.setattr(drop, "_publish", _no_space)
        row = await into_folder.round()
    assert (row["state"], row["trouble"]) == ("waiting", "away")
    assert [each.name for each in folder.iterdir()] == [f".{reference}"]
    assert (await into_folder.round())["state"] == "sent"
    assert [each.name for each in folder.iterdir()] == [reference]


def _no_space(*_: object) -> None:
    raise OSError(os.strerror(28))


async def test_what_stands_there_is_never_written_over(into_folder: OnItsWay, folder: Path) -> None:
    reference = await into_folder.made()
    await into_folder.round()
    before = (folder / reference / "receipt.pdf").stat().st_ino
    await into_folder.referrals.clone.execute("UPDATE transfer SET state = 'waiting', sent_at = NULL")
    assert (await into_folder.round())["state"] == "sent"
    assert (folder / reference / "receipt.pdf").stat().st_ino == before


async def test_a_folder_that_is_away_is_waited_for(into_folder: OnItsWay, folder: Path) -> None:
    await into_folder.made()
    folder.rmdir()
    assert (await into_folder.round())["trouble"] == "away"
    folder.mkdir()
    assert (await into_folder.round())["state"] == "sent"


async def test_an_acknowledgement_that_cannot_be_read_is_none(into_folder: OnItsWay, folder: Path) -> None:
    reference = await into_folder.made()
    await into_folder.round()
    (folder / f"{reference}.ack.json").write_text("{", encoding="utf-8")
    row = await into_folder.round()
    assert (row["state"], row["trouble"]) == ("sent", "unreadable")
