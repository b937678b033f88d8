"""Which acts a referral allows, and to whom. Pure."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from services.referrals.handling.domain import Handling, Step, StepTold
from shared.contracts.referrals import Decision
from shared.contracts.referrals.answers import Act
from shared.database.refusal import Refusal

Wanted = Literal["take", "give_back", "reassign", "acknowledge", "ask", "decide"]
"""What an officer asks to do."""
TOLD_TO_SCHOOL: frozenset[Decision] = frozenset({"no_further_action", "signposted"})
"""Decisions that are nothing without words to the school: the advice, and where to turn to."""


class ActRefused(Refusal):
    """This cannot be done with the referral as it stands now."""

    def __init__(self, outcome: str, now: Handling | None = None, last: StepTold | None = None) -> None:
        """`outcome` is HandlingRefused's; `now` and `last`: how the referral stands, and what was done last."""
        super().__init__()
        self.outcome = self.detail = outcome
        self.now, self.last = now, last


def refused(wanted: Wanted, handling: Handling, version: int, officer: UUID) -> str | None:
    """Why this officer, who saw the referral at this version, may not do this with it; None: they may.

    Who asks or decides has the referral, or nobody has: then it becomes theirs by the act. Giving it to somebody is
    open to every officer, so that nobody's absence holds a referral up.
    """
    held = handling.taken_by
    if handling.decided_at:
        return "already_decided"
    if handling.version != version:
        return "changed_meanwhile"
    if wanted == "acknowledge":
        return "already_received" if handling.acknowledged_at else None
    if wanted == "give_back" and held is None:
        return "not_held"
    if wanted != "reassign" and held not in (None, officer):
        return "held_by_another"
    return None


HOLDING: frozenset[Act] = frozenset({"taken", "reassigned", "asked"})
"""Steps by which an officer has a referral."""
HARMLESS: frozenset[Act] = frozenset({"overdue", "purged"})
"""Steps of the portal's own after which every act means what it meant on the page before them."""
HARMLESS_WITHOUT_WORDS: frozenset[Act] = HARMLESS | {"moved"}
"""And those after which only an act with words may mean another thing: a question, a decision."""


def disturbs(wanted: Wanted, since: Sequence[StepTold]) -> bool:
    """Whether what was done since the officer's page was made keeps this from being done.

    What the portal does by itself must not cost an officer a second press.
    """
    harmless = HARMLESS if wanted in ("ask", "decide") else HARMLESS_WITHOUT_WORDS
    return any(step.by is not None or step.act not in harmless for step in since)


def told_of(why: str, steps: Sequence[StepTold], version: int) -> StepTold | None:
    """Which step an officer who saw this version is told of: by which another has it; else the last that a person did
    since; else the last."""
    if why == "held_by_another":
        return next((step for step in reversed(steps) if step.act in HOLDING), None)
    since = steps[version:] or steps
    return next((step for step in reversed(since) if step.by), since[-1] if since else None)


def repeats(step: Step, done: StepTold | None) -> bool:
    """Whether this step was already done by the same officer with the same words: a press that was sent twice."""
    return done is not None and (step.act, step.by, step.decision, step.for_school, step.for_council) == (
        done.act, done.by, done.decision, done.for_school, done.for_council,
    )  # fmt: skip
