"""The demo's people: made once, with proofs that work, kept where only the owner of the home can read them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from deploy.demo import accounts as demo
from deploy.trouble import Trouble
from services.identity.accounts.commands import remove_role_at_the_machine
from services.identity.acting.domain import AT_THE_MACHINE
from services.identity.schools.commands import end_agreement, suspend_school
from services.identity.schools.domain import version_of
from services.identity.sign_in import domain
from services.identity.sign_in.passwords import PasswordChecker
from shared.contracts.identity import Account, RoleHeld, School, Session
from tests.identity.world import World
from tests.support.databases import Clone

SCHOOLS = [("990001", "Mossgate School"), ("990002", "Larchmere School"), ("990003", "Reedbourn School")]


@pytest.fixture
async def empty(database: Callable[..., Awaitable[Clone]]) -> World:
    return World(await database("identity"))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "home" / "accounts.json"


async def seed(world: World, path: Path, count: int = 3) -> list[demo.DemoAccount]:
    return await demo.seed(world.clone.dsn, world.settings, path, SCHOOLS[:count])


async def test_there_is_somebody_of_every_role(empty: World, kept: Path) -> None:
    await seed(empty, kept)
    held = [(row["role"], row["school"]) for row in demo.listed(kept)]
    assert held == [
        ("lead", "990001"), ("lead", "990002"), ("lead", "990003"), ("lead", "990001"), ("lead", "990002"),
        ("headteacher", "990001"), ("account_administrator", "990001"),
        ("triage_officer", None), ("triage_officer", None), ("data_protection_officer", None), ("operator", None),
    ]  # fmt: skip
    assert len(await empty.emitted(School)) == 3
    assert len(await empty.emitted(Account)) == 10
    assert all(str(row["email"]).endswith("@example.org") for row in demo.listed(kept))


async def test_seeding_again_changes_nothing(empty: World, kept: Path) -> None:
    await seed(empty, kept)
    before = kept.read_text()
    await empty.forget_emitted()
    await seed(empty, kept)
    assert await empty.emitted() == []
    assert kept.read_text() == before


async def test_seeding_again_undoes_nothing_that_an_operator_did(empty: World, kept: Path) -> None:
    await seed(empty, kept)
    async with empty.tx() as tx:
        await suspend_school(tx, AT_THE_MACHINE, "990001", empty.settings)
        await end_agreement(tx, AT_THE_MACHINE, "990002", empty.settings)
        email = str(demo.listed(kept)[0]["email"])
        await remove_role_at_the_machine(tx, email, RoleHeld(role="lead", school="990001"), empty.settings)
    await empty.forget_emitted()
    await seed(empty, kept)
    assert await empty.emitted() == []


async def test_more_schools_later_are_added(empty: World, kept: Path) -> None:
    await seed(empty, kept, 2)
    await empty.forget_emitted()
    await seed(empty, kept, 3)
    assert [school.urn for school in await empty.emitted(School)] == ["990003"]
    assert len(await empty.emitted(Account)) == 1


async def test_each_school_has_an_agreement_of_its_own(empty: World, kept: Path) -> None:
    await seed(empty, kept)
    said = await empty.emitted(School)
    assert [school.agreement for school in said] == [
        version_of(demo.AGREEMENT.format(name=name, urn=urn)) for urn, name in SCHOOLS
    ]


async def test_proofs_are_of_this_home_and_for_its_owner_alone(empty: World, kept: Path, tmp_path: Path) -> None:
    await seed(empty, kept)
    assert kept.stat().st_mode & 0o777 == 0o600
    await seed(empty, other := tmp_path / "other.json")
    passwords = [row["password"] for path in (kept, other) for row in demo.listed(path)]
    assert len(set(passwords)) == 20
    assert min(len(str(password)) for password in passwords) >= domain.PASSWORD_MIN


async def test_the_printed_password_and_code_sign_in(empty: World, kept: Path) -> None:
    [first, *_] = await seed(empty, kept)
    stored = await empty.clone.value("SELECT password_hash FROM account WHERE email = $1", first.email)
    assert await PasswordChecker().match(str(stored), first.password)
    async with empty.tx() as tx:
        empty.now = datetime.now(tx.now.tzinfo)
    code = await demo.next_code(kept, empty.clone.dsn, first.email)
    assert await empty.enter(await empty.password(email=first.email), code)


async def test_a_lost_file_gives_new_proofs_that_work(empty: World, kept: Path) -> None:
    await seed(empty, kept)
    kept.unlink()
    [first, *_] = await seed(empty, kept)
    stored = await empty.clone.value("SELECT password_hash FROM account WHERE email = $1", first.email)
    assert await PasswordChecker().match(str(stored), first.password)
    [listed, *_] = demo.listed(kept)
    assert listed["password"] == first.password
    await empty.forget_emitted()
    await seed(empty, kept)
    assert await empty.emitted() == []


async def test_codes_follow_one_another_without_waiting(empty: World, kept: Path) -> None:
    [first, *_] = await seed(empty, kept)
    said: list[str] = []
    with time_machine.travel(empty.now, tick=False):
        for _ in range(2):
            code = await demo.next_code(kept, empty.clone.dsn, first.email, said.append)
            assert await empty.enter(await empty.password(email=first.email), code)
    assert said == []
    assert len(await empty.emitted(Session)) == 2


async def test_when_both_codes_are_used_it_waits_for_the_clock_and_says_so(empty: World, kept: Path) -> None:
    [first, *_] = await seed(empty, kept)
    step = domain.step(empty.now)
    await empty.clone.execute("UPDATE account SET used_step = $1", step + 1)
    said: list[str] = []
    almost = empty.now + timedelta(seconds=domain.STEP_S - 0.2)
    with time_machine.travel(almost, tick=True):
        code = await demo.next_code(kept, empty.clone.dsn, first.email, said.append)
    assert code == domain.code_of(first.code_secret, step + 2)
    assert len(said) == 1


async def test_an_unknown_address_has_no_code(empty: World, kept: Path) -> None:
    with pytest.raises(Trouble, match="no demo account of this email address"):
        await demo.next_code(kept, empty.clone.dsn, "nobody@example.org")
