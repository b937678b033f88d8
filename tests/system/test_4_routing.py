"""A child is given to a worker of another team in the source: within seconds its undecided referral is that team's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.demo import council
from tests.support.people import Person, Portal
from tests.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

FOUND = next(case for case in council.cases() if case.shows == "found")
SETTLED_S = 120
MOVED_S = 5
NEW_LEAD = """
WITH team AS (INSERT INTO team (name, duty_phone, duty_hours) VALUES ($2, '01632 960 777', 'always') RETURNING id),
     worker AS (INSERT INTO worker (name, job, team_id) SELECT 'Corin Vale', 'social_worker', id FROM team RETURNING id)
UPDATE allocation SET worker_id = worker.id
  FROM worker, person
 WHERE person.upn = $1 AND person_id = person.id AND is_lead AND ends IS NULL
"""
NO_MORE = """
UPDATE allocation SET ends = greatest(starts, current_date)
  FROM person WHERE person.upn = $1 AND person_id = person.id AND ends IS NULL
"""


async def sent(lead: Person) -> str:
    """A concern about the child; its reference."""
    child = (await until(lambda: lead.search(FOUND.upn), lambda a: a.status_code == 200, SETTLED_S)).json()["child"]
    concern = {
        "child_id": child["child_id"], "urgency": "not_urgent", "kind": "concern",
        "concern": "They came in without a coat again.", "done_so_far": "We gave them one.", "parents_know": True,
        "contact": "01632 960444",
    }  # fmt: skip
    answer = await lead.ask("referrals", "/referrals", concern, idempotency_key=str(uuid4()))
    assert answer.status_code == httpx.codes.CREATED, answer.text
    reference: str = answer.json()["reference"]
    return reference


async def line(portal: Portal, officer: Person, reference: str) -> dict[str, Any]:
    """The referral as the officers' queue has it now."""
    bearer = {"authorization": f"Bearer {await officer.token('referrals')}"}
    answer = await portal.client.get(f"{portal.places['referrals']}/queue", headers=bearer)
    assert answer.status_code == httpx.codes.OK, answer.text
    return next(one for one in answer.json()["referrals"] if one["reference"] == reference)


async def test_a_referral_follows_its_childs_worker_within_seconds_of_the_sources_commit(portal: Portal) -> None:
    lead, officer = await portal.person("lead"), await portal.person("triage_officer")
    reference = await sent(lead)

    async def team() -> str | None:
        name: str | None = (await line(portal, officer, reference))["team"]
        return name

    before = await until(team, within_s=SETTLED_S)
    async with portal.sql("council") as source:
        await source.execute(NEW_LEAD, FOUND.upn, "Otterbourne team")
    assert await until(team, lambda name: name != before, MOVED_S) == "Otterbourne team"
    async with portal.sql("council") as source:
        await source.execute(NO_MORE, FOUND.upn)
    assert (await until(lambda: line(portal, officer, reference), lambda one: one["team"] is None, MOVED_S))[
        "front_door"
    ]
