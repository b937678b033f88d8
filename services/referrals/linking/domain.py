"""A child whom a school described, and children of the council's records who may be it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.referrals.handling.domain import History
from services.referrals.making.domain.referral import ChildDescribed
from shared import matching
from shared.contracts.referrals.lists import CandidateChild
from shared.database.refusal import Refusal
from shared.matching import BornSought, Recorded, Sought


class LinkingRefused(Refusal):
    """The child of this referral cannot be changed as it stands now."""

    def __init__(self, outcome: str) -> None:
        """`outcome` is LinkRefused's."""
        super().__init__()
        self.outcome = self.detail = outcome


@dataclass(frozen=True, slots=True)
class Linking:
    """A referral as far as linking goes. `described` None: its school named the child, and nothing is to be found.
    `child_id` is the child that was found, by whom and when; None: none yet."""

    referral_id: UUID
    version: int
    decided: bool
    described: ChildDescribed | None
    child_id: UUID | None
    by_name: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SoughtByName:
    """Names as they were typed; compared as lookup compares them."""

    given_name: str
    family_name: str
    born: date

    @property
    def sought(self) -> Sought:
        return Sought(self.given_name, self.family_name, BornSought.of(self.born))

    def meant(self, candidates: Sequence[CandidateChild]) -> list[CandidateChild]:
        """Those who may be meant, the likeliest first, each with what differs. An officer is shown all of them."""
        judged = [matching.judge(self.sought, [one], _recorded) for one in candidates]
        likely = sorted((one for one in judged if one.matches), key=lambda one: -one.compared[0].weight)
        return [one.matches[0].model_copy(update={"differs": one.compared[0].differs}) for one in likely]


def _recorded(one: CandidateChild) -> Recorded:
    return Recorded(one.given_name, one.family_name, one.born)


def refused(linking: Linking, history: History, version: int) -> str | None:
    """Why the child of this referral may not be changed by who saw it at this version; None: it may.

    What the portal did by itself since then (it follows the child's worker to another team) is no reason.
    """
    if linking.described is None:
        return "not_described"
    if history.handling.decided_at:
        return "already_decided"
    since = history.steps[version:]
    beyond = version > history.handling.version
    return "changed_meanwhile" if beyond or any(step.by for step in since) else None
