"""The answer to what the council asks: what is typed, what to mend in it, and whose it is."""

from services.gateway.calls.referrals.sent import ANSWER_MAX
from services.gateway.frame.forms import Hidden
from services.gateway.frame.visit import Visit, Writing
from services.gateway.words import KEPT_TIMES, Fault, Fields, left_out, too_long
from shared import typed


class QuestionOfPage(Hidden):
    """Which question the form answers: its place among the steps."""

    sealed_as = "Asked"

    reference: str
    question: int


def answer_of(fields: Fields) -> str:
    """What was typed, tidied."""
    return typed.text(fields.get("answer", "")[: ANSWER_MAX * KEPT_TIMES])


def mend_answer(answer: str, unseen: frozenset[str] = frozenset()) -> list[Fault]:
    """`unseen`: the fields in which characters were left out."""
    if not answer:
        return [("answer", "Enter your answer")]
    faults = too_long({"answer": answer}, ("answer", "Your answer", ANSWER_MAX))
    return faults or left_out(unseen, ("answer", "Your answer"))


def written(visit: Visit) -> Writing:
    """The answer, for the person to whom its page was given."""
    answer = answer_of(visit.fields)
    return visit.writing({"answer": answer} if answer else {}, QuestionOfPage, "asked")
