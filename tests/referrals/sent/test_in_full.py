"""One referral as its school reads it: what it wrote, the council's words that are meant for it, and nothing else."""

from __future__ import annotations

from tests.referrals.sent.conftest import NADIA, Council
from tests.referrals.world import MIRA, OTHER_SCHOOL, WORDS, Referrals
from tests.support.web import caller

SECRET = "Canary of the council: known to the team since May."


async def test_what_was_sent_and_the_steps_that_are_told_are_read(referrals: Referrals, council: Council) -> None:
    made = await referrals.made(family="A brother")
    for act, words in (("acknowledged", None), ("taken", None), ("asked", "Which day?"), ("moved", None),
                       ("linked", None), ("overdue", None), ("decided", "We have opened early help.")):  # fmt: skip
        await council.does(made["referral_id"], act, words, SECRET)
    told = (await referrals.web.get(f"/sent/{made['reference']}", referrals.who)).json()
    assert (told["written"]["concern"], told["written"]["family"]) == (WORDS, "A brother")
    assert [(step["act"], step["words"]) for step in told["steps"]] == [
        ("acknowledged", None), ("asked", "Which day?"), ("overdue", None), ("decided", "We have opened early help."),
    ]  # fmt: skip
    assert {step["by_name"] for step in told["steps"]} == {NADIA.name}
    assert (told["standing"], told["decision"], told["steps"][-1]["decision"]) == ("decided",) + ("early_help",) * 2
    assert "Canary of the council" not in str(told)
    assert "team" not in str(told)


async def test_reading_it_is_a_fact(referrals: Referrals) -> None:
    made = await referrals.made()
    await referrals.web.get(f"/sent/{made['reference']}", referrals.who)
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["children"]) == ("ReferralRead", "shown", [str(MIRA.child_id)])


async def test_another_schools_and_none_get_the_same_answer_and_are_recorded(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    elsewhere = caller("headteacher", OTHER_SCHOOL)
    response = await referrals.web.get(f"/sent/{reference}", elsewhere)
    assert (response.status_code, response.json()["type"]) == (404, "/problems/referral-not-found")
    assert (await referrals.facts())[-1]["outcome"] == "not_found"


async def test_the_council_reads_it_elsewhere(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    assert (await referrals.web.get(f"/sent/{reference}", caller("triage_officer"))).status_code == 403
