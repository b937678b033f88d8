"""What a council needs before anybody has signed in: schools, agreements, first accounts, its first extract."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.demo import files
from deploy.operate import extracts
from deploy.trouble import Trouble
from services.feed.roll_files.reading import read_roll
from services.feed.ways.extract.manifest import read
from shared.contracts.identity import Account, AccountOpened, School, SchoolAdmitted
from tests.feed.extracts import SSD, ExtractFeed, council, lay_down
from tests.identity.world import World
from tests.support.databases import Clone

TODAY = date(2026, 11, 30)
NOW = datetime.now(UTC)
Started = Callable[..., Awaitable[Clone]]


def portal(*words: str, **env: str) -> str:
    """What the command printed, or the one sentence of trouble."""
    done = CliRunner().invoke(app, [*words], env=env)
    return str(done.exception) if done.exit_code else done.output


@pytest.fixture
async def world(database: Started) -> World:
    return World(await database("identity"))


@pytest.fixture
def given(tmp_path: Path) -> Path:
    files.write(tmp_path / "given", 2, 60, TODAY)
    return tmp_path / "given"


async def done(world: World, *words: str) -> str:
    """The same, with identity's settings in the environment."""
    key = world.settings.sealing_key.get_secret_value()
    env = {"IDENTITY_DATABASE_URL": world.clone.dsn, "IDENTITY_SEALING_KEY": key}
    return await asyncio.to_thread(portal, *words, **env)


async def imported(world: World, given: Path) -> str:
    return await done(world, "schools", "import", str(given / files.REGISTER), "--authority", "999")


async def test_the_open_schools_of_one_authority_are_known_and_nobody_may_act_for_them(
    world: World, given: Path
) -> None:
    assert "2 open schools are known, 0 of them under an agreement." in await imported(world, given)
    assert [(one.urn, one.agreement) for one in await world.emitted(School)] == [("990001", None), ("990002", None)]


async def test_the_register_read_again_renames_a_school_and_touches_no_agreement(world: World, given: Path) -> None:
    await imported(world, given)
    agreement = str(given / "agreement.txt")
    assert "under the agreement and can be acted for" in await done(
        world, "admit-school", "990001", "--agreement", agreement
    )
    register = given / files.REGISTER
    text = register.read_bytes().decode("cp1252")
    register.write_bytes(text.replace("Acrebane Primary School", "Saint Zoë’s School").encode("cp1252"))
    await world.forget_emitted()
    assert "1 of them under an agreement" in await imported(world, given)
    (renamed,) = await world.emitted(School)
    assert (renamed.name, bool(renamed.agreement)) == ("Saint Zoë’s School", True)


async def test_an_admission_is_recorded_and_so_is_one_that_changed_nothing(world: World, given: Path) -> None:
    await imported(world, given)
    for urn in ("990001", "990001", "980000"):
        await done(world, "admit-school", urn, "--agreement", str(given / "agreement.txt"))
    facts = await world.emitted(SchoolAdmitted)
    assert [(one.outcome, one.school, one.role) for one in facts] == [
        ("admitted", "990001", "operator"),
        ("already_admitted", "990001", "operator"),
        ("no_such_school", "980000", "operator"),
    ]


async def test_an_account_that_was_opened_signs_in_with_what_was_printed_and_is_recorded(
    world: World, given: Path
) -> None:
    await imported(world, given)
    said = await done(world, "open-account", "Head@Example.org ", " Rosvin Thornden", "headteacher", "990001")
    password, secret = (re.findall(rf"^{name} +(\S+)$", said, re.MULTILINE)[0] for name in ("password", "secret"))
    assert f"secret={secret}" in said
    (state,) = await world.emitted(Account)
    assert (state.email, state.name) == ("head@example.org", "Rosvin Thornden")
    (fact,) = await world.emitted(AccountOpened)
    assert (fact.given.role, fact.school, fact.outcome) == ("headteacher", "990001", "opened")
    world.set_real_time()
    challenge = await world.password(email="head@example.org")
    code = await asyncio.to_thread(portal, "demo", "code", "--secret", secret)
    assert await world.enter(challenge, code.strip())
    hashed = await world.clone.value("SELECT password_hash FROM account")
    assert password not in str(hashed)
    assert not await world.clone.value(
        "SELECT EXISTS (SELECT FROM outbox WHERE convert_from(body, 'UTF8') LIKE $1)", f"%{password}%"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("open-account", "nobody", "A Person", "operator"), "Give an email address"),
        (("open-account", "a@example.org", " ", "operator"), "and the person's name"),
        (("open-account", "a@example.org", "A Person", "lead", "990001"), "There is no school of this URN"),
        (("open-account", "a@example.org", "A Person", "king"), "There is no such role"),
        (("admit-school", "12", "--agreement", "agreement.txt"), "six digits"),
        (("admit-school", "990001", "--agreement", "empty.txt"), "is empty"),
        (("schools", "import", "edubasealldata.csv", "--authority", "123"), "998 Another Council, 999 Demo County"),
        (("schools", "import", "agreement.txt", "--authority", "999"), "has no column EstablishmentName"),
        (("demo", "code", "--secret", "1"), "no secret of time codes"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    world: World, given: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    (given / "empty.txt").touch()
    monkeypatch.chdir(given)
    assert told in await done(world, *words)


async def test_nobody_is_given_a_second_account(world: World) -> None:
    words = ("open-account", "a@example.org", "A Person", "operator")
    await done(world, *words)
    assert "There is an account of this email address already" in await done(world, *words)
    assert len(await world.emitted(AccountOpened)) == 1


def test_files_without_a_manifest_are_signed_and_are_then_an_extract(given: Path) -> None:
    folder = given / "extract"
    assert "11 files are signed" in portal("source", "sign", str(folder), "--complete-to", "2026-01-02T01:00:00")
    assert "This extract can be read." in portal("source", "check", str(folder))
    assert read(folder, SSD.source, NOW).complete_to == datetime(2026, 1, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (lambda folder: (folder / "roles.csv").unlink(), "There is no roles.csv"),
        (lambda folder: (folder / "roles.csv").write_text("role_id\n"), "roles.csv has no column role_means"),
        (lambda folder: (folder / "jobs.csv").write_text("job_title,job_means\na,b,c\n"), "more or fewer than 2 cells"),
    ],
)
def test_files_that_are_none_are_not_signed(given: Path, broken: Callable[[Path], object], told: str) -> None:
    broken(given / "extract")
    assert told in portal("source", "sign", str(given / "extract"), "--complete-to", "2026-01-02T01:00:00")
    assert not (given / "extract/manifest.json").exists()


def test_the_rolls_of_the_files_are_read_without_a_fault_and_everybody_of_the_extract_is_on_one(given: Path) -> None:
    rolls = [read_roll(path.read_bytes(), TODAY) for path in sorted((given / "rolls").iterdir())]
    assert [(roll.whole, roll.faults) for roll in rolls] == [(True, []), (True, [])]
    people = (given / "extract/ssd_person.csv").read_text().splitlines()[1:]
    upns = {entry.upn for roll in rolls for entry in roll.entries}
    assert {line.split(",")[1] for line in people} <= upns


def test_a_dry_run_with_rolls_links_whoever_is_on_one_and_without_them_links_nobody(given: Path) -> None:
    folder = str(given / "extract")
    portal("source", "sign", folder, "--complete-to", "2026-01-02T01:00:00")
    rolls = [word for path in sorted((given / "rolls").iterdir()) for word in ("--roll", str(path))]
    people = len((given / "extract/ssd_person.csv").read_text().splitlines()) - 1
    assert f"Of {people} people of social care 0 are linked" in portal("source", "dry-run", folder)
    said = portal("source", "dry-run", folder, *rolls)
    # One is on both rolls: a person decides which of the two is meant.
    assert f"Of {people} people of social care {people - 1} are linked" in said
    assert "2 pairs would wait" in said
    assert "on the rolls of 2 schools today" in said


def test_rolls_are_not_tried_beside_pupils(given: Path, tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "extract", council(), NOW - timedelta(hours=1))
    said = portal("source", "dry-run", str(folder), "--roll", str(given / "rolls/990001.xml"))
    assert "has pupils of its own" in said


@pytest.fixture
async def feed(database: Started, tmp_path: Path) -> ExtractFeed:
    made = ExtractFeed(await database("feed"), tmp_path / "laid")
    await made.restart()
    return made


async def test_an_extract_that_is_added_is_taken_and_added_once(feed: ExtractFeed, tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "extract", council(), NOW - timedelta(hours=1))
    words = ("source", "add", str(folder))
    said = await asyncio.to_thread(portal, *words, FEED_EXTRACTS=str(feed.extracts))
    assert "The feed takes it within seconds" in said
    await feed.take()
    assert await feed.became() == [("taken", [])]
    again = await asyncio.to_thread(portal, *words, FEED_EXTRACTS=str(feed.extracts))
    assert "lies there already" in again


async def test_pupils_that_stop_coming_are_no_extract_without_pupils(feed: ExtractFeed) -> None:
    lay_down(feed.extracts / "1", council(), NOW - timedelta(hours=2))
    await feed.take()
    without = {name: rows for name, rows in council().items() if name not in ("pupil", "enrolment")}
    lay_down(feed.extracts / "2", without, NOW - timedelta(hours=1))
    await feed.take()
    [_, (state, why)] = await feed.became()
    assert (state, why[0]) == ("held", "3 of 3 rows (100%) of pupil would be gone.")


async def test_enrolments_without_pupils_are_refused(feed: ExtractFeed) -> None:
    lay_down(feed.extracts / "1", {name: rows for name, rows in council().items() if name != "pupil"}, NOW)
    await feed.take()
    [(state, why)] = await feed.became()
    assert state == "refused"
    assert "pupil.csv is not in the manifest" in why[0]


async def test_what_is_half_copied_is_left_alone_and_what_was_changed_on_the_way_is_refused(
    feed: ExtractFeed, tmp_path: Path
) -> None:
    folder = lay_down(tmp_path / "extract", council(), NOW - timedelta(hours=1))
    (feed.extracts / "half").mkdir(parents=True)
    (feed.extracts / "half/pupil.csv").write_bytes((folder / "pupil.csv").read_bytes())
    await feed.take()
    assert await feed.became() == []
    await asyncio.to_thread(portal, "source", "add", str(folder), FEED_EXTRACTS=str(feed.extracts))
    (laid,) = (path for path in feed.extracts.iterdir() if path.name != "half")
    (laid / "pupil.csv").write_bytes((folder / "pupil.csv").read_bytes()[:-9])
    await feed.take()
    assert [state for state, _ in await feed.became()] == ["refused"]


def test_one_that_cannot_be_copied_whole_has_no_manifest_where_it_was_copied_to(tmp_path: Path) -> None:
    manifest = read(lay_down(tmp_path / "extract", council(), NOW - timedelta(hours=1)), SSD.source, NOW)
    (manifest.folder / "teams.csv").unlink()
    with pytest.raises(Trouble, match="nothing of it is taken"):
        extracts.lay_down(manifest, tmp_path / "laid")
    assert list((tmp_path / "laid").rglob("pupil.csv"))
    assert not list((tmp_path / "laid").rglob("manifest.json"))


def test_a_broken_extract_is_not_added(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "extract", council(), NOW - timedelta(hours=1))
    (folder / "pupil.csv").unlink()
    assert "would be refused" in portal("source", "add", str(folder), FEED_EXTRACTS=str(tmp_path / "laid"))
    assert not (tmp_path / "laid").exists()
