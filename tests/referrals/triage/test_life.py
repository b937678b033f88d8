"""The life of a referral: whatever two officers and a school do, in any order, on pages old or new, it is as a model of
a few lines says."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Step
from tests.referrals.triage.desk import Officer, officer
from tests.referrals.world import Referrals

T = TypeVar("T")
WHO = st.sampled_from([0, 1])
SEEN = st.sampled_from([0, 0, 0, 1, 2])
"""How many versions old the page is on which somebody presses."""
DONE = {
    "take": "taken", "give_back": "given_back", "reassign": "reassigned", "acknowledge": "acknowledged", "ask": "asked",
    "decide": "decided",
}  # fmt: skip
SCHOOL = 2
"""Whose step it is, beside those of the two officers; None: the portal's own."""
FACTS = {
    "taken": "ReferralTaken", "given_back": "ReferralGivenBack", "reassigned": "ReferralReassigned",
    "acknowledged": "ReferralAcknowledged", "asked": "SchoolAsked", "decided": "ReferralDecided",
}  # fmt: skip


class Life(RuleBasedStateMachine):
    """The model: who has it, what the school was told and owes, what was decided, and each step with who took it."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    referrals: ClassVar[Referrals]
    officers: ClassVar[tuple[Officer, Officer]]

    def wait(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result(60)

    @initialize()
    def made(self) -> None:
        self.reference = self.wait(self.referrals.made())["reference"]
        self.holder: int | None = None
        self.acknowledged = self.asked = self.decided = False
        self.steps: list[tuple[str, int | None]] = []

    def expected(self, wanted: str, who: int, seen: int) -> str | None:
        """The refusal, or None: it is done, or was done by this very press."""
        step, since = (DONE[wanted], who), self.steps[seen:]
        if wanted != "reassign" and self.steps[seen : seen + 1] == [step] and seen < len(self.steps):
            return None
        if self.decided:
            return "already_decided"
        harmless = {"overdue"} if wanted in ("ask", "decide") else {"overdue", "moved"}
        if any(act not in harmless for act, _ in since):
            return "changed_meanwhile"
        if wanted == "acknowledge":
            return "already_received" if self.acknowledged else None
        if wanted == "give_back" and self.holder is None:
            return "not_held"
        return "held_by_another" if wanted != "reassign" and self.holder not in (None, who) else None

    def press(self, wanted: str, who: int, behind: int, **said: Any) -> bool:
        """Whether it was done now."""
        seen = max(0, len(self.steps) - behind)
        why = self.expected(wanted, who, seen)
        response = self.wait(self.officers[who].act(wanted, self.reference, seen, **said))
        told = response.json().get("detail")
        assert (response.status_code == 200, told) == (why is None, why), response.text
        done_before = wanted != "reassign" and self.steps[seen : seen + 1] == [(DONE[wanted], who)]
        if why or done_before or (wanted == "take" and self.holder == who):
            return False
        self.steps.append((DONE[wanted], who))
        return True

    @rule(who=WHO, behind=SEEN)
    def takes(self, who: int, behind: int) -> None:
        if self.press("take", who, behind):
            self.holder = who

    @rule(who=WHO, behind=SEEN)
    def gives_back(self, who: int, behind: int) -> None:
        if self.press("give_back", who, behind):
            self.holder = None

    @rule(who=WHO, to=WHO)
    def reassigns(self, who: int, to: int) -> None:
        if self.press("reassign", who, 0, to=self.officers[to].id):
            self.holder = to

    @rule(who=WHO, behind=SEEN)
    def acknowledges(self, who: int, behind: int) -> None:
        if self.press("acknowledge", who, behind):
            self.acknowledged = True

    @rule(who=WHO, behind=SEEN)
    def asks(self, who: int, behind: int) -> None:
        if self.press("ask", who, behind):
            self.holder, self.acknowledged, self.asked = who, True, True

    @rule(who=WHO, behind=SEEN)
    def decides(self, who: int, behind: int) -> None:
        if self.press("decide", who, behind):
            self.holder, self.acknowledged, self.asked, self.decided = who, True, False, True

    @rule()
    def the_school_answers(self) -> None:
        if self.asked:
            self.wait(self._step(Step("answered", self.referrals.who.account, for_school="Her aunt."), asked_at=None))
            self.asked = False
            self.steps.append(("answered", SCHOOL))

    @rule()
    def the_portal_notices_that_it_is_late(self) -> None:
        if not self.decided and not self.acknowledged:
            self.wait(self._step(Step("overdue", None)))
            self.steps.append(("overdue", None))

    @rule()
    def the_childs_worker_changes(self) -> None:
        if not self.decided:
            self.wait(self._step(Step("moved", None), taken_by=None, taken_at=None))
            self.holder = None
            self.steps.append(("moved", None))

    async def _step(self, step: Step, **changes: Any) -> None:
        """What other parts of the service do with it, by the same door."""
        async with self.referrals.transaction() as tx:
            id_ = await tx.value("SELECT referral_id FROM referral WHERE reference = $1", self.reference)
            stands = await handling.locked(tx, id_)
            assert stands
            await handling.act(tx, stands, step, **changes)

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        if not hasattr(self, "reference"):
            return
        stands = self.wait(self.officers[0].stands(self.reference))
        ids = [*(one.id for one in self.officers), str(self.referrals.who.account)]
        steps = [(act, None if who is None else ids[who]) for act, who in self.steps]
        assert [(step["act"], step["by"]) for step in stands["steps"]] == steps
        assert stands["version"] == len(self.steps)
        assert stands["taken_by"] == (None if self.holder is None else ids[self.holder])
        assert (stands["acknowledged_at"] is not None, stands["standing"]) == (self.acknowledged, self.standing)
        in_queue = self.wait(self.officers[0].queue(standing=self.standing))["referrals"]
        assert self.reference in [line["reference"] for line in in_queue]

    @property
    def standing(self) -> str:
        if self.decided:
            return "decided"
        if self.asked:
            return "asked"
        if not self.acknowledged:
            return "sent"
        return "received" if self.holder is None else "being_decided"

    def teardown(self) -> None:
        """Each step that an officer took is one fact; the next referral is alone again."""
        if hasattr(self, "reference"):
            facts = self.wait(self.referrals.facts())
            of_this = [fact["type"] for fact in facts if fact.get("reference") == self.reference]
            done = [FACTS[act] for act, _ in self.steps if act in FACTS]
            assert [type_ for type_ in of_this if type_ in FACTS.values()] == done
            self.wait(self.referrals.clone.execute(CLEAR))


CLEAR = "TRUNCATE outbox, referral, handling, step CASCADE"


async def test_a_referral_lives_as_the_model_says(referrals: Referrals) -> None:
    Life.loop, Life.referrals = asyncio.get_running_loop(), referrals
    Life.officers = (await officer(referrals), await officer(referrals, "Tom Okonjo"))
    slow = (HealthCheck.too_slow, HealthCheck.data_too_large)
    enough = settings(max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=slow)
    await asyncio.to_thread(run_state_machine_as_test, Life, settings=enough)
