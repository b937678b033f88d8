"""The answer to what the council asks: what is typed, what to mend in it, and whose it is."""

from __future__ import annotations

from services.gateway.calls.referrals.sent import ANSWER_MAX
from services.gateway.frame.forms import Hidden
from services.gateway.frame.visit import Visit, Writing
from services.gateway.words import KEPT_TIMES, Fault, Fields, too_long
from shared import typed


class QuestionOfPage(Hidden):
    """Which question the form answers: its place among the steps."""

    sealed_as = "Asked"

    reference: str
    question: int


def answer_of(fields: Fields) -> str:
    """What was typed, tidied."""
    return typed.text(fields.get("answer", "")[: ANSWER_MAX * KEPT_TIMES])


def mend_answer(answer: str) -> list[Fault]:
    if not answer:
        return [("answer", "Enter your answer")]
    return too_long({"answer": answer}, ("answer", "Your answer", ANSWER_MAX))


def written(visit: Visit) -> Writing:
    """The answer, for the person to whom its page was given."""
    answer = answer_of(visit.fields)
    return visit.writing({"answer": answer} if answer else {}, QuestionOfPage, "asked")
