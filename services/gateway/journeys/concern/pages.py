"""The questions of a concern, one a page, in their order; and where each one's answer leads. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.gateway.calls.referrals import CONCERN_MAX, CONTACT_MAX, DETAIL_MAX
from services.gateway.calls.referrals.drafts import SavedDraft
from services.gateway.words import KINDS, PARENTS_AGREE, Fault

PARENTS = {**PARENTS_AGREE, "unaware": "No, they do not know"}
"""One question for two answers of referrals': whether they know, and what they say."""


@dataclass(frozen=True, kw_only=True)
class QuestionPage:
    """One question. `name` stands in its address; `field` is its own on the page, `answers` are referrals' for it."""

    name: str
    field: str
    asked: str
    """The heading, and the title: it names nobody."""
    called: str
    """What the list of questions and the check call it."""
    answers: tuple[str, ...]
    hint: str = ""
    most: int = 0
    rows: int = 5
    choices: Mapping[str, str] | None = None
    reason: str | None = None
    """A second field, for why."""
    optional: bool = False

    def done(self, draft: SavedDraft) -> bool:
        """Whether it is answered as it must be; one that may be left out, whether it was seen."""
        seen = not self.optional or getattr(draft.answers, self.field) is not None
        return seen and not draft.faults(self.answers)


PAGES: Sequence[QuestionPage] = (
    QuestionPage(
        name="kind", field="kind", answers=("kind",), asked="What do you want to send?", called="What you send",
        choices=KINDS,
    ),
    QuestionPage(
        name="what-has-happened", field="concern", answers=("concern",), asked="What has happened?",
        called="What has happened", most=CONCERN_MAX, rows=12,
        hint="Say what you saw and heard, with dates. Use the child's own words where you can.",
    ),
    QuestionPage(
        name="what-the-child-said", field="child_said", answers=("child_said",),
        asked="What did the child say? (optional)", called="What the child said", most=DETAIL_MAX, optional=True,
        hint="Their own words, if you have not written them already.",
    ),
    QuestionPage(
        name="family", field="family", answers=("family",), asked="Who else is in the family? (optional)",
        called="Who else is in the family", most=DETAIL_MAX, optional=True,
        hint="Brothers and sisters, and other people who matter here.",
    ),
    QuestionPage(
        name="parents", field="parents", answers=("parents_know", "parents_agree", "parents_reason"),
        asked="Do the parents or carers know that you are sending this?", called="Do the parents or carers know?",
        choices=PARENTS, reason="parents_reason", most=DETAIL_MAX,
    ),
    QuestionPage(
        name="what-the-school-did", field="done_so_far", answers=("done_so_far",),
        asked="What has your school done so far?", called="What your school has done so far", most=DETAIL_MAX,
    ),
    QuestionPage(
        name="contact", field="contact", answers=("contact",), asked="How can we reach you?",
        called="How to reach you", most=CONTACT_MAX, hint="Your name, and a telephone number or email address.",
    ),
)  # fmt: skip
NAMED = {page.name: page for page in PAGES}


FIELD_OF = {"called_at": "called-day", "parents_know": "parents", "parents_agree": "parents"}
"""Where on its page a field of referrals' is mended, if it has another name there."""


def on_page(faults: Sequence[Fault]) -> list[Fault]:
    """What referrals says is to be mended, by the fields of the page."""
    return [(FIELD_OF.get(where, where), why) for where, why in faults]


def address(draft_id: UUID | str, step: str = "") -> str:
    """Of one step of a draft; of its list of questions."""
    return f"/concern/{draft_id}/{step}" if step else f"/concern/{draft_id}"


def past_the_gate(draft: SavedDraft) -> bool:
    """Whether it may be written down: what is urgent is telephoned first."""
    return draft.answers is not None and draft.answers.urgency is not None and not draft.faults(CALL)


CALL = ("called_at", "called_number")
"""What is asked of a call."""


def after(draft: SavedDraft, page: QuestionPage | None = None) -> str:
    """Where it goes on: the next question that waits for an answer, else the check."""
    place = PAGES.index(page) + 1 if page else 0
    waiting = [one for one in (*PAGES[place:], *PAGES[:place]) if not one.done(draft)]
    return address(draft.draft_id, waiting[0].name if waiting else "check")


def before(draft: SavedDraft, page: QuestionPage) -> str:
    """The step before a question: the one that stands before it, or the gate."""
    place = PAGES.index(page)
    return address(draft.draft_id, PAGES[place - 1].name if place else "danger")


def parents_answer(draft: SavedDraft) -> str:
    """Which of PARENTS was chosen."""
    assert draft.answers is not None
    if draft.answers.parents_know is None:
        return ""
    return (draft.answers.parents_agree or "") if draft.answers.parents_know else "unaware"


def values_of(draft: SavedDraft) -> dict[str, str]:
    """What stands in the fields of all questions."""
    assert draft.answers is not None
    texts = {name: text for name, text in draft.answers.model_dump().items() if isinstance(text, str)}
    return {**texts, "parents": parents_answer(draft)}


def listed(draft: SavedDraft) -> Iterator[tuple[QuestionPage, bool]]:
    """Every question, and whether it is done."""
    yield from ((page, page.done(draft)) for page in PAGES)
