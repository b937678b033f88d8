"""What is typed into a concern, and what becomes of it: what to mend, and the question to referrals."""

from __future__ import annotations

from datetime import datetime

from services.gateway.journeys.concern.draft import Draft, asked
from services.gateway.journeys.concern.typed import mend_concern, typed_of


def test_an_empty_concern_says_all_that_is_missing() -> None:
    fields = [field for field, _ in mend_concern({})]
    assert fields == ["kind", "concern", "done_so_far", "parents_know", "contact"]


def test_parents_who_do_not_know_need_a_reason(draft: Draft) -> None:
    assert mend_concern(draft.typed) == []
    assert mend_concern({**draft.typed, "parents_know": "no"}) == [("parents_reason", "Enter why they do not know")]


def test_too_long_a_concern_is_refused(draft: Draft) -> None:
    assert mend_concern({**draft.typed, "concern": "x" * 4001}) == [
        ("concern", "What has happened must be 4000 characters or fewer")
    ]


def test_a_draft_becomes_a_referral_with_nothing_but_what_was_said(draft: Draft) -> None:
    told = asked(draft)
    assert set(told) == {
        "child_id",
        "child",
        "urgency",
        "lowered_from",
        "kind",
        "concern",
        "done_so_far",
        "parents_know",
        "contact",
    }
    assert told["parents_know"] is True


def test_a_follow_up_carries_its_call(draft: Draft, now: datetime) -> None:
    called = draft.model_copy(update={"urgency": "significant", "called_at": now, "called_number": "999"})
    assert asked(called) == asked(draft) | {
        "urgency": "significant", "called_at": now.isoformat(), "called_number": "999",
    }  # fmt: skip


def test_only_the_forms_own_fields_are_kept() -> None:
    assert typed_of({"concern": " x ", "token": "secret", "family": "  "}) == {"concern": "x"}
