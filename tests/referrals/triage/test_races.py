"""Two officers at once: whatever the moment, exactly one decides, and the other is told who did."""

from __future__ import annotations

import asyncio
import secrets

import httpx
import pytest

from services.referrals.making.domain.reference import new_reference
from tests.referrals.triage.desk import Officer, officer
from tests.referrals.world import Referrals

RACES = 1000
AT_ONCE = 4
COPY = """
    INSERT INTO referral (referral_id, reference, made_by, idempotency_key, body_sha256, child_id, school, made_at,
                          due_at, gate, kind, concern, done_so_far, parents_know, contact, urgency)
    SELECT uuidv7(), new.reference, made_by, uuidv7(), body_sha256, child_id, school, made_at,
           due_at, gate, kind, concern, done_so_far, parents_know, contact, urgency
      FROM referral, unnest($1::text[]) AS new (reference)
"""


@pytest.fixture
async def officers(referrals: Referrals) -> tuple[Officer, Officer]:
    return await officer(referrals), await officer(referrals, "Tom Okonjo")


@pytest.fixture
async def references(referrals: Referrals) -> list[str]:
    """As many referrals as there are races."""
    await referrals.made()
    drawn = sorted({new_reference(secrets.choice) for _ in range(RACES)})
    await referrals.clone.execute(COPY, drawn)
    return drawn


async def race(officers: tuple[Officer, Officer], reference: str) -> None:
    """Both decide on the page that both saw, with the same words or others: one does, and the other is told."""
    decisions = "early_help", secrets.choice(["early_help", "assessment"])
    tries = [one.act("decide", reference, 0, decision=said) for one, said in zip(officers, decisions, strict=True)]
    answers: list[httpx.Response] = await asyncio.gather(*tries)
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409), reference
    winner = officers[answers.index(won)]
    told = lost.json()
    assert told["detail"] == "already_decided"
    assert (told["last"]["by"], told["last"]["by_name"]) == (winner.id, winner.name)
    assert told["last"]["decision"] == decisions[answers.index(won)]


async def test_of_a_thousand_races_each_has_one_winner(
    referrals: Referrals, officers: tuple[Officer, Officer], references: list[str]
) -> None:
    for n in range(0, len(references), AT_ONCE):
        await asyncio.gather(*(race(officers, one) for one in references[n : n + AT_ONCE]))
    decided = await referrals.clone.value("SELECT count(*) FROM step WHERE act = 'decided'")
    facts = [fact for fact in await referrals.facts() if fact["type"] in ("ReferralDecided", "HandlingRefused")]
    kinds = [fact["type"] for fact in facts]
    assert decided == kinds.count("ReferralDecided") == kinds.count("HandlingRefused") == len(references)
    assert len({fact["referral_id"] for fact in facts if fact["type"] == "ReferralDecided"}) == len(references)


async def test_one_who_takes_and_one_who_decides_at_once_never_both(
    referrals: Referrals, officers: tuple[Officer, Officer], references: list[str]
) -> None:
    iris, tom = officers
    for reference in references[:100]:
        taken, decided = await asyncio.gather(iris.act("take", reference, 0), tom.act("decide", reference, 0))
        assert sorted((taken.status_code, decided.status_code)) == [200, 409]
