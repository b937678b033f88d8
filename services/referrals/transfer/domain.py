"""A referral on its way into the council's case system: what is told of it, when it is tried again. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from services.referrals.case_systems.domain import NotHandedOver
from services.referrals.receipt.domain import FileInCopy, Original
from shared.contracts.referrals.lists import Trouble

State = Literal["waiting", "sent", "acknowledged"]
"""It is still to be handed over; it was, and the source has not acknowledged it; the source has given it a number."""
PAUSES_S = (2, 5, 10, 20, 40, 80, 160, 300, 600)
FORM = 1
"""Of what is told. It may gain fields; a reader of the source passes over those that it does not know."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far one referral is. `late_at` None: not late, or not noticed yet."""

    referral_id: UUID
    reference: str
    school: str
    school_name: str | None
    child_id: UUID | None
    state: State
    since: datetime
    attempts: int
    next_at: datetime
    sent_at: datetime | None = None
    trouble: Trouble | None = None
    late_at: datetime | None = None
    acknowledged_at: datetime | None = None
    source_number: str | None = None


def pause(attempts: int) -> timedelta:
    """How long after the attempt of this number (1, 2, 3 …) the next one comes."""
    return timedelta(seconds=PAUSES_S[min(max(attempts, 1), len(PAUSES_S)) - 1])


def to_hand_over(files: Sequence[FileInCopy], scanner: bool) -> list[FileInCopy]:
    """The files that go along: those that are clean, or, where there is no scanner, unchecked. An infected one stays.

    Raises NotHandedOver while one is still to be checked: what was handed over gains no file later.
    """
    if scanner and any(file.scan == "unscanned" for file in files):
        raise NotHandedOver("checking")
    return [file for file in files if file.scan != "infected"]


def told_of(original: Original, upn: str | None) -> dict[str, Any]:
    """The data of a referral. Names and words are as they were sent; `upn` is the records' of now."""
    sent = original.referral
    child = asdict(sent.child) if sent.child else {}
    said = {
        "form": FORM,
        "reference": sent.reference,
        "referral_id": sent.referral_id,
        "made_at": sent.made_at,
        "due_at": sent.due_at,
        "school": {"urn": sent.school, "name": sent.sender.school_name},
        "sender": {"name": sent.sender.name, "role": sent.sender.role},
        "child": {**child, "child_id": sent.about, "upn": upn},
        **asdict(sent.concern),
        "kept_back": [file.name for file in original.files if file.scan == "infected"],
    }
    plain: dict[str, Any] = json.loads(json.dumps(said, default=_plain))
    return plain


def _plain(value: Any) -> str:
    """Times and dates as ISO 8601 has them, ids as they are written."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
