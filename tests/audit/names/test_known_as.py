"""The record is searched by whatever somebody was known by: also after they were renamed or have left."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.audit.names import projections, store
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from tests.audit.world import CAUSE, NOON, OFFICER, forget, minutes, project, received, search, write
from tests.support.databases import Clone
from tests.support.web import AGREEMENT, SCHOOL, Web

BORN, OTHER_DAY = date(2014, 4, 3), date(2014, 3, 4)
CHILD, AISHA = uuid4(), uuid4()
OLD_UPN, NEW_UPN = "B801200005001", "L850200023001"


def child(revision: int, **other: Any) -> Child:
    told = {"given_name": "Mira", "family_name": "Ashdown", "born": BORN, "upn": OLD_UPN}
    return Child(child_id=CHILD, revision=revision, **{**told, **other})


@pytest.fixture(autouse=True)
async def looked_up(audit: Clone) -> None:
    """Aisha looked Mira up when both still had their old names."""
    await project(
        audit, child(1), Account(account_id=AISHA, name="Aisha Khan", revision=1),
        School(urn=SCHOOL, name="Hill School", revision=1),
    )  # fmt: skip
    await write(audit, received(search(actor=AISHA, children=(CHILD,)), NOON))


async def found(web: Web, **ask: Any) -> list[dict[str, Any]]:
    answer = await web.post("/readings", {"readings": False, **ask}, OFFICER)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


CHANGES: dict[str, list[Child]] = {
    "renamed": [child(2, given_name="Mirela", family_name="Thornwick")],
    "another UPN": [child(2, upn=NEW_UPN, former_upns=())],
    "another birth date": [child(2, born=OTHER_DAY)],
    "ended": [
        Child(child_id=CHILD, revision=2, ended=True, upn=None, given_name="", family_name="", born=date(1, 1, 1))
    ],
    "unreadable": [child(2, given_name="", born=date(1, 1, 1))],
    "twice": [child(2, given_name="Mirela"), child(3, given_name="Mirella", upn=None)],
}
OLD_WAYS = [{"upn": OLD_UPN}, {"given_name": "Mira", "family_name": "Ashdown", "born": str(BORN)}]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("child_sought", OLD_WAYS, ids=["upn", "name"])
async def test_a_child_is_found_by_what_it_was_known_by(
    audit: Clone, web: Web, change: str, child_sought: dict[str, str]
) -> None:
    await project(audit, *CHANGES[change])
    await forget(audit, Child, str(CHILD))
    assert len(await found(web, child=child_sought)) == 1


async def test_a_child_is_found_by_what_it_is_known_by_now(audit: Clone, web: Web) -> None:
    await project(audit, child(2, given_name="Mirela", family_name="Thornwick", upn=NEW_UPN, born=OTHER_DAY))
    assert len(await found(web, child={"upn": NEW_UPN})) == 1
    now = {"given_name": "Mirela", "family_name": "Thornwick", "born": str(OTHER_DAY)}
    assert len(await found(web, child=now)) == 1
    assert await found(web, child={**now, "born": str(BORN)}) == []


@pytest.mark.parametrize(
    ("given_name", "family_name", "count"),
    [
        ("Mirra", "Ashdown", 1), ("Mira", "Ash-Down", 1), ("Mira Jane", "Ashdown", 1), ("Ashdown", "Mira", 1),
        ("Mira", "Thornwick", 0), ("Tomasz", "Ashdown", 0),
    ],
)  # fmt: skip
async def test_a_child_whom_nobody_is_called_exactly_like_is_found_by_names_that_are_alike(
    audit: Clone, web: Web, given_name: str, family_name: str, count: int
) -> None:
    sought = {"given_name": given_name, "family_name": family_name, "born": str(BORN)}
    assert len(await found(web, child=sought)) == count
    assert await found(web, child={**sought, "born": str(OTHER_DAY)}) == []


async def test_beside_one_who_is_called_exactly_so_nobody_else_is_found(audit: Clone, web: Web) -> None:
    other = uuid4()
    mirra = Child(child_id=other, revision=1, upn=None, given_name="Mirra", family_name="Ashdown", born=BORN)
    await project(audit, mirra)
    await write(audit, received(search(actor=AISHA, children=(other,)), NOON))
    [entry] = await found(web, child={"given_name": "Mirra", "family_name": "Ashdown", "born": str(BORN)})
    assert [child["child_id"] for child in entry["children"]] == [str(other)]
    assert len(await found(web, child={"given_name": "Mirrah", "family_name": "Ashdown", "born": str(BORN)})) == 2


async def test_an_entry_names_the_child_as_it_was_known_then_and_as_it_is_called_now(audit: Clone, web: Web) -> None:
    await project(audit, child(2, given_name="Mirela", born=OTHER_DAY))
    await write(audit, received(search(actor=AISHA, children=(CHILD,)), NOON + minutes(1)))
    later, before = await found(web)
    assert [(c["name"], c["born"], c["now"]) for c in before["children"] + later["children"]] == [
        ("Mira Ashdown", str(BORN), "Mirela Ashdown"),
        ("Mirela Ashdown", str(OTHER_DAY), "Mirela Ashdown"),
    ]


async def test_a_child_that_has_left_the_source_is_still_named(audit: Clone, web: Web) -> None:
    await project(audit, *CHANGES["ended"])
    await forget(audit, Child, str(CHILD))
    [entry] = await found(web)
    assert (entry["children"][0]["name"], entry["children"][0]["born"]) == ("Mira Ashdown", str(BORN))


async def test_a_person_is_found_by_each_of_their_names(audit: Clone, web: Web) -> None:
    await project(audit, Account(account_id=AISHA, name="Aisha Malik", revision=2))
    await forget(audit, Account, str(AISHA))
    assert len(await found(web, person="khan")) == len(await found(web, person="MALIK")) == 1
    assert (await found(web))[0]["actor"]["name"] == "Aisha Khan"


async def test_a_school_is_found_by_each_of_its_names(audit: Clone, web: Web) -> None:
    await project(audit, School(urn=SCHOOL, name="Hill Academy", revision=2))
    await forget(audit, School, SCHOOL)
    for name in ("hill school", "HILL ACADEMY", "academy"):
        assert len(await found(web, school_named=name)) == 1
    assert await found(web, school_named="dale") == []


async def test_a_name_of_several_schools_asks_for_more_of_it_and_is_recorded(audit: Clone, web: Web) -> None:
    await project(audit, School(urn="999002", name="Hill Primary", revision=1))
    answer = await web.post("/readings", {"school_named": "hill"}, OFFICER)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/too-many-schools")
    assert await audit.value("SELECT convert_from(body, 'UTF8')::jsonb ->> 'outcome' FROM outbox") == "narrow"


async def test_an_entry_names_the_agreement_that_it_was_made_under(audit: Clone, web: Web) -> None:
    assert (await found(web))[0]["agreement_named"] is None
    told = {"agreement": AGREEMENT, "agreement_named": "Operational agreement", "agreement_since": NOON}
    await project(audit, School(urn=SCHOOL, name="Hill School", revision=2, **told))
    await project(audit, School(urn=SCHOOL, name="Hill School", revision=3))
    [entry] = await found(web)
    assert (entry["agreement_named"], entry["agreement_since"]) == ("Operational agreement", "2026-04-03T12:00:00Z")


@pytest.mark.parametrize("change", ["ended", "unreadable"])
async def test_a_child_whose_birth_date_nobody_can_read_is_read_in_the_record(
    audit: Clone, web: Web, change: str
) -> None:
    await project(audit, *CHANGES[change])
    await write(audit, received(search(actor=AISHA, children=(CHILD,)), NOON + minutes(1)))
    assert all(entry["children"][0]["name"].endswith("Ashdown") for entry in await found(web))
    assert (await audit.rows("SELECT born FROM child"))[0]["born"] == BORN


async def test_a_name_that_was_changed_and_changed_back_in_one_batch_is_the_last_one(audit: Clone, web: Web) -> None:
    batch = [child(2, given_name="Mirela"), child(3)]
    async with audit.db.transaction(CAUSE) as tx:
        await projections.note_children(tx, batch)
        await store.put_children(tx, batch[-1:])
        await store.add_person_names(tx, [Account(account_id=AISHA, name=n, revision=r) for r, n in enumerate("BA", 2)])
    await write(audit, received(search(actor=AISHA, children=(CHILD,)), NOON + minutes(1)))
    entry = (await found(web))[0]
    assert (entry["children"][0]["name"], entry["actor"]["name"]) == ("Mira Ashdown", "A")


YESTERDAYS = """
    INSERT INTO child (child_id, upns, given_name, family_name, born, name_key, revision)
    VALUES ('00000000-0000-0000-0000-000000000007', '{V850100015012}', 'Old', 'Name', '2014-04-03', 'old name', 1);
    INSERT INTO school (urn, name, revision) VALUES ('999007', 'St. Mary''s  C.E. École', 1);
"""


async def test_what_yesterdays_code_stores_meanwhile_is_not_lost(audit: Clone, web: Web) -> None:
    await audit.execute(YESTERDAYS)
    old = UUID(int=7)
    await write(audit, received(search(children=(old,), school="999007")))
    await project(audit, Child(child_id=old, upn=None, given_name="New", family_name="Name", born=BORN, revision=2))
    assert len(await found(web, child={"upn": "V850100015012"})) == 1
    assert len(await found(web, child={"given_name": "old", "family_name": "name", "born": str(BORN)})) == 1
    assert len(await found(web, school_named="st marys ce ecole")) == 1
