"""Which of several candidates is meant, if any of them is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from shared.matching.model import PARAMETERS, Agreement, Compared, PreparedQuestion
from shared.matching.values import Recorded, Sought

T = TypeVar("T")
MATCHES_MAX = 5
Verdict = Literal["match", "close", "several", "none"]
Field = Literal["given_name", "family_name", "born", "upn"]


@dataclass(frozen=True, slots=True)
class Judged(Generic[T]):
    """`match`: one, as surely as by an exact name and birth date. `close`: one, to be confirmed. `several`: more than
    one could be meant. `matches`: those who could be, the likeliest first, and of more than MATCHES_MAX one more;
    `compared`: how each of them agrees. `tells_apart`: the fields in which several differ, so that asking for them
    helps; a UPN always does."""

    verdict: Verdict
    matches: tuple[T, ...] = ()
    compared: tuple[Compared, ...] = ()
    tells_apart: tuple[Field, ...] = ()


def judge(sought: Sought, candidates: Sequence[T], recorded_of: Callable[[T], Recorded]) -> Judged[T]:
    asked = PreparedQuestion(sought)
    records = ((one, recorded_of(one)) for one in candidates)
    compared = [(asked.compare(recorded), one, recorded) for one, recorded in records if asked.may_be(recorded)]
    likely = [c for c in compared if c[0].weight >= PARAMETERS["close"] and c[0].has_given_name]
    likely.sort(key=lambda c: -c[0].weight)
    exact = [c for c in likely if _is_exact(c[0].agreement)]
    sure = exact or [c for c in likely if _is_sure(c[0].agreement)]
    meant = sure or [c for c in likely if c[0].weight > likely[0][0].weight - PARAMETERS["apart"]]
    meant = meant[: MATCHES_MAX + 1]
    verdict: Verdict = "none" if not meant else "several" if len(meant) > 1 else "match" if sure else "close"
    apart = _tells_apart([recorded for _, _, recorded in meant]) if verdict == "several" else ()
    return Judged(verdict, tuple(one for _, one, _ in meant), tuple(c for c, _, _ in meant), apart)


def _is_exact(agreement: Agreement) -> bool:
    return agreement == Agreement("same", "same", "same")


def _is_sure(agreement: Agreement) -> bool:
    """Whether this is as good as the same: one of the names in another order, another spelling or a short form."""
    given, family = agreement.given_name, agreement.family_name
    known = given in ("same", "order", "spelling", "short") and family in ("same", "order", "spelling")
    return known and "same" in (given, family) and agreement.born == "same" and agreement.way == "straight"


def _tells_apart(several: Sequence[Recorded]) -> tuple[Field, ...]:
    first, *others = several
    fields: tuple[Field, ...] = ("given_name", "family_name", "born")
    differing = [field for field in fields if any(getattr(one, field) != getattr(first, field) for one in others)]
    return (*differing, "upn")
