"""A team is written to once for each day: which schools looked, no child, whatever the mail server does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.referrals.settings import Settings
from services.referrals.team_letters import commands
from shared.contracts.identity import School
from shared.contracts.lookup import TeamLooks
from shared.database.tx import Cause
from tests.referrals.notices.conftest import Sink
from tests.referrals.world import NORTH, OTHER_SCHOOL, SETTINGS, Referrals
from tests.support.projecting import projectors
from tests.support.web import AGREEMENT, SCHOOL

MAILBOX = "northbrook@council.example"
SCHOOLS = {SCHOOL: "Mossgate School", OTHER_SCHOOL: "Larchmere School"}


def looks(**said: Any) -> TeamLooks:
    usual: dict[str, Any] = {
        "revision": 1, "gathered_id": uuid4(), "team_id": NORTH.team_id, "first_day": date(2026, 11, 30),
        "last_day": date(2026, 11, 30), "schools": (SCHOOL, OTHER_SCHOOL), "gathered_at": datetime.now(UTC),
    }  # fmt: skip
    return TeamLooks(**{**usual, **said})


@dataclass
class Teams:
    """Referrals, what lookup gathers for teams, and a mail server."""

    referrals: Referrals
    sink: Sink
    settings: Settings

    async def tell(self, **settings: Any) -> None:
        await commands.tell(self.referrals.clone.db, self.settings.model_copy(update=settings))

    async def later(self, by: str = "1 hour") -> None:
        await self.referrals.clone.execute(f"UPDATE team_letter SET next_at = next_at - interval '{by}'")

    async def long_ago(self) -> None:
        await self.later()
        await self.referrals.clone.execute("UPDATE team_letter SET made_at = made_at - interval '8 days'")

    async def outcomes(self) -> list[str]:
        return [fact["outcome"] for fact in await self.referrals.facts() if "gathered_id" in fact]


@pytest.fixture
async def teams(referrals: Referrals, tmp_path: Path) -> AsyncIterator[Teams]:
    """Two schools and a team are known, and the team has a mailbox."""
    sink = Sink(tmp_path / "mail")
    await sink.open()
    how = {
        "smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_tls": "none", "smtp_from": "portal@example.org",
        "portal_url": "https://portal.example.org",
        "team_mailboxes": {"Southbrook": "south@council.example", "NORTHBROOK": MAILBOX},
    }  # fmt: skip
    named = [School(revision=1, urn=urn, name=name, agreement=AGREEMENT) for urn, name in SCHOOLS.items()]
    await referrals.keep(NORTH, *named)
    yield Teams(referrals, sink, SETTINGS.model_copy(update=how))
    await sink.close()


async def test_a_team_is_written_which_schools_looked_and_on_which_day(teams: Teams) -> None:
    await teams.referrals.keep(one := looks())
    await teams.tell()
    [mail] = teams.sink.taken
    assert mail.to == MAILBOX
    assert "On Monday 30 November 2026" in mail.text
    assert mail.text.index("Larchmere School") < mail.text.index("Mossgate School")
    assert str(one.gathered_id) in mail.message["Message-ID"]
    assert mail.message["Subject"] == "Schools that looked up children of your team"


async def test_several_days_are_said_to_be_several(teams: Teams) -> None:
    await teams.referrals.keep(looks(first_day=date(2026, 11, 28)))
    await teams.tell()
    assert "From Saturday 28 November 2026 to Monday 30 November 2026" in teams.sink.taken[0].text


async def test_it_is_told_once_however_often_it_comes_and_that_is_a_fact(teams: Teams) -> None:
    one = looks()
    for _ in range(2):
        await teams.referrals.keep(one)
        await teams.tell()
        await teams.later()
    assert (len(teams.sink.taken), await teams.outcomes()) == (1, ["told"])
    fact = (await teams.referrals.facts())[-1]
    assert (fact["team_id"], fact["schools"]) == (str(NORTH.team_id), [SCHOOL, OTHER_SCHOOL])
    assert MAILBOX not in str(fact)


async def test_a_message_that_is_refused_or_cut_off_is_sent_later_under_the_same_id(teams: Teams) -> None:
    await teams.referrals.keep(looks())
    teams.sink.refuses = {MAILBOX}
    await teams.tell()
    assert (teams.sink.taken, await teams.outcomes()) == ([], [])
    teams.sink.refuses, teams.sink.drops = set(), 1
    await teams.later()
    await teams.tell()
    await teams.later("2 hours")
    await teams.tell()
    assert len({mail.message["Message-ID"] for mail in teams.sink.taken}) == 1
    assert await teams.outcomes() == ["told"]


async def test_without_a_mail_server_it_waits(teams: Teams) -> None:
    await teams.referrals.keep(looks())
    await teams.tell(smtp_host=None)
    await teams.tell()
    assert len(teams.sink.taken) == 1


@pytest.mark.parametrize(
    ("settings", "refuses", "outcome"),
    [({"team_mailboxes": {}}, set(), "no_address"), ({}, {MAILBOX}, "given_up")],
)
async def test_what_finds_nobody_for_a_week_is_given_up_on_record(
    teams: Teams, settings: dict[str, Any], refuses: set[str], outcome: str
) -> None:
    await teams.referrals.keep(looks())
    teams.sink.refuses = refuses
    await teams.tell(**settings)
    assert await teams.outcomes() == []
    await teams.long_ago()
    await teams.tell(**settings)
    await teams.later()
    await teams.tell()
    assert (teams.sink.taken, await teams.outcomes()) == ([], [outcome])


async def test_what_was_gathered_long_ago_is_not_written_any_more(teams: Teams) -> None:
    await teams.referrals.keep(looks(gathered_at=datetime.now(UTC) - timedelta(days=8)))
    await teams.tell()
    assert (teams.sink.taken, await teams.outcomes()) == ([], [])


async def test_what_lookup_forgets_is_forgotten(teams: Teams) -> None:
    await teams.referrals.keep(one := looks())
    async with teams.referrals.clone.db.transaction(Cause("test", uuid4())) as tx:
        await projectors(teams.referrals.web.service)[TeamLooks].forget(tx, [str(one.gathered_id)])
    assert await teams.referrals.clone.value("SELECT count(*) FROM team_letter") == 0


async def test_a_school_whose_name_is_not_known_is_told_by_its_number(teams: Teams) -> None:
    await teams.referrals.keep(looks(schools=("999777",)))
    await teams.tell()
    assert "- School 999777" in teams.sink.taken[0].text
