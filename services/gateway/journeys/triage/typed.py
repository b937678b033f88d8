"""What officers type and choose: a reference, the queue's filters, and the words of an act."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from services.gateway.calls.referrals.triage import QUESTION_MAX, REASON_MAX, SCHOOL_MAX, SCHOOL_WORDS_MAX
from services.gateway.frame.forms import FormOver, Hidden
from services.gateway.frame.visit import Visit, Writing
from services.gateway.journeys.triage import journey
from services.gateway.journeys.triage.words import DECISIONS, STANDINGS
from services.gateway.words import URGENCY, Fault, Fields, left_out, too_long
from shared import typed

REFERENCE = re.compile(r"[A-Z0-9-]{1,40}")
MARK = re.compile(r"[A-Za-z0-9_-]{1,100}")
FILTERS = ("standing", "urgency", "team", "school", "mine")
FORM = "A reference has 7 letters and digits, like ABC-DEF-G"
BOUNDS = (
    ("question", "Your question", QUESTION_MAX),
    ("for_school", "Your words to the school", SCHOOL_WORDS_MAX),
    ("for_council", "Your reasons", REASON_MAX),
)
LABELS = tuple((name, label) for name, label, _ in BOUNDS)
TOLD = ("no_further_action", "signposted")
"""Decisions that are nothing without words to the school."""


class OfficersPage(Hidden):
    """Whose page it is, so that words are given back to the officer who typed them and to nobody else."""

    sealed_as = "OfficersPage"

    reference: str


def reference_of(text: str) -> tuple[str, list[Fault]]:
    """A reference that was typed, fit for an address, or what to mend; whether it is one, referrals says."""
    plain = "".join(typed.line(typed.phone(text)).upper().split())
    if not plain:
        return "", [("reference", "Enter a reference, like ABC-DEF-G")]
    return (plain, []) if REFERENCE.fullmatch(plain) else ("", [("reference", FORM)])


def filters_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Which referrals are asked for: of the filters those that have a value there is."""
    said = {name: typed.line(fields.get(name, "")) for name in FILTERS}
    right = {
        "standing": said["standing"] in STANDINGS,
        "urgency": said["urgency"] in URGENCY,
        "team": said["team"] == "front_door" or _is_uuid(said["team"]),
        "school": 0 < typed.length(said["school"]) <= SCHOOL_MAX,
        "mine": said["mine"] == "true",
    }
    return {name: value for name, value in said.items() if right[name]}


def page_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Where in the queue a page begins; nothing: at its beginning."""
    after = fields.get("after", "")
    return {"after": after} if MARK.fullmatch(after) else {}


def queue_address(query: str, **more: str) -> str:
    """The queue's own address with the filters that a page carried, and nothing else of it."""
    asked = {**filters_of(dict(parse_qsl(query))), **more}
    return f"{journey.start}?{urlencode(asked)}" if asked else journey.start


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def version_of(fields: Fields) -> int:
    """The version of the handling that the page showed. Raises FormOver: that is no page of ours."""
    text = fields.get("version", "")
    if not re.fullmatch("[0-9]{1,9}", text):
        raise FormOver
    return int(text)


def words_of(fields: Fields) -> dict[str, str]:
    """What was written, tidied."""
    return {name: text for name, _, _ in BOUNDS if (text := typed.text(fields.get(name, "")))}


def mend_question(written: Fields, unseen: frozenset[str] = frozenset()) -> list[Fault]:
    """`unseen`: the fields in which characters were left out."""
    empty = [] if written.get("question") else [("question", "Enter what you need to know")]
    return empty or too_long(written, BOUNDS[0]) or left_out(unseen, *LABELS)


def mend_decision(decision: str, written: Fields, unseen: frozenset[str] = frozenset()) -> list[Fault]:
    unmet = [
        (decision not in DECISIONS, "decision", "Choose what you decide"),
        (decision in TOLD and not written.get("for_school"), "for_school", "Enter your advice to the school"),
        (not written.get("for_council"), "for_council", "Enter why you decide this"),
    ]
    faults = [(name, say) for wrong, name, say in unmet if wrong] + too_long(written, *BOUNDS[1:])
    return faults or left_out(unseen, *LABELS)


def written(visit: Visit) -> Writing:
    """What an officer wrote on this page, and whose page it was."""
    return visit.writing(words_of(visit.fields), OfficersPage, "whose")
