"""The list of what a school has sent: all of it, whoever sent it, and nothing of any other school."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services.referrals.making.domain.referral import ChildDescribed
from shared.contracts.identity import Account
from tests.referrals.sent.conftest import NADIA, Council
from tests.referrals.world import MIRA, OTHER_SCHOOL, WORDS, Referrals, ask, child, on_roll
from tests.support.web import caller

AISHA = Account(revision=1, account_id=uuid4(), name="Aisha Khan")
SHOWN = {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}


async def test_a_colleague_and_the_headteacher_see_what_a_lead_sent_and_how_it_stands(referrals: Referrals) -> None:
    await referrals.keep(AISHA)
    sender = caller("lead", account=AISHA.account_id)
    made = (await referrals.send(sender, child=SHOWN, urgency="not_urgent")).json()
    for who in (sender, caller("lead"), caller("headteacher")):
        (line,) = (await referrals.web.get("/sent", who)).json()["sent"]
        assert {name: line[name] for name in ("reference", "made_at", "due_at")} == {
            name: made[name] for name in ("reference", "made_at", "due_at")
        }
        assert line["child"] == {**SHOWN, "why": None}
        assert (line["sender_name"], line["sender_role"], line["kind"]) == ("Aisha Khan", "lead", "concern")
        assert (line["urgency"], line["standing"], line["asked"], line["decision"]) == (
            "not_urgent", "sent", False, None,
        )  # fmt: skip
        assert WORDS not in str(line)


async def test_where_it_stands_is_told_with_who_brought_it_there(referrals: Referrals, council: Council) -> None:
    made = await referrals.made()
    seen = []
    for act in ("acknowledged", "taken", "asked", "decided"):
        await council.does(made["referral_id"], act)
        (line,) = (await referrals.web.get("/sent", referrals.who)).json()["sent"]
        seen.append((line["standing"], line["asked"]))
    assert seen == [("received", False), ("being_decided", False), ("asked", True), ("decided", False)]
    names = ("acknowledged_by_name", "taken_by_name", "decided_by_name")
    assert [line[name] for name in names] == [NADIA.name] * 3
    assert line["decision"] == "early_help"


async def test_another_school_sees_none_of_it_and_cannot_page_through_it(referrals: Referrals) -> None:
    first = await referrals.made()
    await referrals.made()
    elsewhere = caller("lead", OTHER_SCHOOL)
    for path in ("/sent", f"/sent?child_id={MIRA.child_id}", f"/sent?after={first['reference']}"):
        told = (await referrals.web.get(path, elsewhere)).json()
        assert (told["sent"], told["more"], told["asked"]) == ([], False, 0)
    assert (await referrals.facts())[-1]["children"] == []


async def test_it_is_about_one_child_and_of_the_last_days_where_that_is_asked(referrals: Referrals) -> None:
    other = child(rolls=(on_roll(),))
    await referrals.keep(other)
    about_mira, about_other = await referrals.made(), await referrals.made(child_id=str(other.child_id))
    old = await referrals.made()
    await referrals.clone.execute(
        "UPDATE referral SET made_at = made_at - interval '15 days' WHERE reference = $1", old["reference"]
    )

    async def asked(query: str) -> list[str]:
        told = (await referrals.web.get(f"/sent?{query}", referrals.who)).json()
        return [line["reference"] for line in told["sent"]]

    assert await asked("") == [about_other["reference"], about_mira["reference"], old["reference"]]
    assert await asked(f"child_id={MIRA.child_id}&days=14") == [about_mira["reference"]]
    assert await asked(f"child_id={other.child_id}") == [about_other["reference"]]
    assert (await referrals.facts())[-1]["asked_child"] == str(other.child_id)


async def test_pages_have_each_once_and_say_if_there_are_more(referrals: Referrals) -> None:
    made = [(await referrals.made())["reference"] for _ in range(27)]
    first = (await referrals.web.get("/sent", referrals.who)).json()
    last = first["sent"][-1]["reference"]
    second = (await referrals.web.get(f"/sent?after={last.lower()}", referrals.who)).json()
    assert [line["reference"] for line in (*first["sent"], *second["sent"])] == made[::-1]
    assert (len(first["sent"]), first["more"], second["more"]) == (25, True, False)


async def test_how_many_wait_for_the_schools_answer_is_counted_over_all_pages(
    referrals: Referrals, council: Council
) -> None:
    made = [await referrals.made() for _ in range(27)]
    for one in (made[0], made[1], made[26]):
        await council.does(one["referral_id"], "asked", "Which day was it?")
    await council.does(made[1]["referral_id"], "decided")
    for path in ("/sent", f"/sent?after={made[2]['reference']}"):
        assert (await referrals.web.get(path, referrals.who)).json()["asked"] == 2


async def test_looking_is_a_fact_with_every_child_once_and_no_word_of_it(referrals: Referrals) -> None:
    made = [(await referrals.made())["referral_id"] for _ in range(2)]
    await referrals.web.get("/sent", referrals.who)
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["actor"]) == ("SentListRead", "shown", str(referrals.who.account))
    assert (fact["children"], fact["shown"], fact["school"]) == ([str(MIRA.child_id)], made[::-1], "999001")
    assert WORDS not in str(fact)


@pytest.mark.parametrize("query", ["days=0", "days=x", "child_id=x", "after=AAA-AAA-A", "after=" + "x" * 41])
async def test_what_cannot_be_asked_is_refused(referrals: Referrals, query: str) -> None:
    assert (await referrals.web.get(f"/sent?{query}", referrals.who)).status_code == 422
    assert await referrals.facts() == []


async def test_other_roles_have_no_such_list(referrals: Referrals) -> None:
    for role in ("triage_officer", "account_administrator", "data_protection_officer", "operator"):
        assert (await referrals.web.get("/sent", caller(role))).status_code == 403


async def test_a_child_who_was_described_is_shown_so_and_found_under_the_child_it_turned_out_to_be(
    referrals: Referrals,
) -> None:
    described = ChildDescribed("Noor", "Imarin", None, "A brother")
    async with referrals.transaction() as tx:
        made = await referrals.make(tx, replace(ask(), child_id=None, child=described))
    (line,) = (await referrals.web.get("/sent", referrals.who)).json()["sent"]
    assert line["child"] == {"given_name": "Noor", "family_name": "Imarin", "born": None, "why": "A brother"}
    assert (await referrals.facts())[-1]["children"] == []
    told = (await referrals.web.get(f"/sent/{made}", referrals.who)).json()
    assert told["child"]["given_name"] == "Noor"
    await referrals.clone.execute(
        "INSERT INTO link SELECT referral_id, $1, $1, now() FROM referral WHERE reference = $2", MIRA.child_id, made
    )
    (line,) = (await referrals.web.get(f"/sent?child_id={MIRA.child_id}", referrals.who)).json()["sent"]
    assert (line["reference"], line["child"]["given_name"]) == (made, "Noor")
