"""What travels in sealed fields from page to page: the child, and the concern as far as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.gateway.frame.forms import FormOver, Hidden
from services.gateway.frame.visit import Visit, Writing
from services.gateway.journeys.concern import journey
from services.gateway.journeys.concern.handed import About
from services.gateway.journeys.concern.typed import call_of, typed_of
from services.gateway.journeys.concern.urgency import higher
from shared.contracts.referrals import Urgency


class Draft(Hidden):
    """A concern or update as far as it is written. `key` makes sending it twice the same as once."""

    sealed_as = "Draft"

    about: About
    key: UUID
    urgency: Urgency | None = None
    highest: Urgency | None = None
    """The highest answer that was given, and stood, on the way here."""
    called_at: datetime | None = None
    called_number: str | None = None
    call: dict[str, str] = Field(default_factory=dict)
    """What was typed about the call, also where it cannot be read yet."""
    typed: dict[str, str] = Field(default_factory=dict)

    @property
    def lowered_from(self) -> Urgency | None:
        """The higher answer given before, if there was one."""
        return self.highest if self.urgency and self.highest and higher(self.highest, self.urgency) else None

    @property
    def past_the_gate(self) -> bool:
        """Whether it may be written down: what is urgent is telephoned first."""
        return self.urgency == "not_urgent" or (self.urgency is not None and self.called_at is not None)

    def answered(self, urgency: Urgency) -> Draft:
        """With this answer at the gate. A call that was recorded stays recorded."""
        highest = self.highest if self.highest and higher(self.highest, urgency) else urgency
        return self.model_copy(update={"urgency": urgency, "highest": highest})


def asked(draft: Draft) -> dict[str, Any]:
    """The question to referrals, from a draft that has been checked."""
    texts, about = draft.typed, draft.about
    told: dict[str, Any] = {
        "child_id": str(about.child_id),
        "child": {"given_name": about.given_name, "family_name": about.family_name, "born": about.born.isoformat()},
        "urgency": draft.urgency, "lowered_from": draft.lowered_from,
        "kind": texts["kind"], "concern": texts["concern"], "done_so_far": texts["done_so_far"],
        "parents_know": texts["parents_know"] == "yes", "contact": texts["contact"],
    }  # fmt: skip
    if texts["parents_know"] == "no":
        told["parents_reason"] = texts["parents_reason"]
    if draft.called_at is not None:
        told |= {"called_at": draft.called_at.isoformat(), "called_number": draft.called_number}
    return told | {name: texts[name] for name in ("child_said", "family") if texts.get(name)}


def written(visit: Visit) -> Writing:
    """What somebody wrote on this page and, however old, on those before it; not what they ticked."""
    here = _carried(typed_of(visit.fields))
    try:
        holder, draft = visit.forms.peek(Draft, visit.fields.get("draft", ""), None)
    except FormOver:
        return Writing(here)
    call = " ".join({**draft.call, **call_of(visit.fields)}.values())
    return Writing(here, holder, _carried({**draft.typed, **here, "call": call}))


def _carried(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: texts[name] for name in journey.carries if texts.get(name)}
