"""What the officers' pages call standings, decisions and the steps of a referral's history. Pure."""

from collections.abc import Mapping
from datetime import datetime

from services.gateway.calls.referrals import OpenedReferral
from services.gateway.words import GATES, URGENCY, moment, said
from shared.contracts.referrals.answers import Handled, HandlingStep
from shared.contracts.referrals.lists import COUNTED_MAX, QueueLine

STANDINGS: Mapping[str, str] = {
    "overdue": "Not acknowledged in time",
    "sent": "Not acknowledged yet",
    "received": "Acknowledged, nobody has it",
    "being_decided": "An officer has it",
    "asked": "The school owes an answer",
    "decided": "Decided",
}

DECISIONS: Mapping[str, str] = {
    "no_further_action": "No further action, with advice",
    "signposted": "Signpost to early help",
    "early_help": "Open early help",
    "assessment": "Assessment (section 17)",
    "strategy_discussion": "Strategy discussion (section 47)",
    "added_to_case": "Add to the open case",
}

AGREEMENT: Mapping[str, str] = {
    "agreed": "Yes",
    "refused": "No",
    "not_asked": "They were not asked",
}

DID: Mapping[str, str] = {
    "taken": "took this referral",
    "given_back": "gave this referral back",
    "reassigned": "gave this referral to {to}",
    "acknowledged": "acknowledged this referral: the school is told",
    "asked": "asked the school for more",
    "answered": "answered the question, for the school",
    "decided": "decided: {decision}",
    "moved": "moved this referral to {team}, by who works with the child now",
    "overdue": "noticed that nobody had acknowledged this referral in time",
    "linked": "found this child in the council's records",
    "unlinked": "took back which child in the council's records this is about",
    "purged": "deleted the attachments, for their time was over",
}

IN_CASE_SYSTEM: Mapping[str, str] = {
    "not_set_up": "No: no case system is set up",
    "waiting": "Not handed over yet",
    "sent": "Handed over, not acknowledged yet",
    "acknowledged": "The case system has it",
}

URGENT: Mapping[str, str] = {
    "immediate": "Immediate danger: 999 was called",
    "significant": "Possible significant harm: the school telephoned first",
    "urgent": "Urgent: the school called the child's worker or the duty line first",
}
"""What stands above a referral that is more than not urgent: the gate's answer, and whom it sent the school to call."""

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
NOBODY = "Somebody whose name is not known here"


def urgent(referral: OpenedReferral) -> str | None:
    """The warning above it; None: not urgent. Before the answer was kept, only its gate was."""
    if referral.urgency is None:
        return None if referral.gate == "not_urgent" else said(GATES, referral.gate)
    return URGENT.get(referral.urgency, None if referral.urgency == "not_urgent" else "Urgent")


def urgency(line: QueueLine) -> str:
    return said(URGENCY, line.urgency) if line.urgency else said(GATES, line.gate)


def count(number: int) -> str:
    """As a title says how many: 3, or 1000+."""
    return f"{number}+" if number >= COUNTED_MAX else str(number)


def age(since: datetime, now: datetime) -> str:
    """How long ago: less than a minute, 5 minutes, 3 hours, 2 days."""
    seconds = int((now - since).total_seconds())
    if seconds < MINUTE:
        return "less than a minute"
    size, name = next((each for each in ((DAY, "day"), (HOUR, "hour")) if seconds >= each[0]), (MINUTE, "minute"))
    number = seconds // size
    return f"{number} {name}{'' if number == 1 else 's'}"


def who(step: HandlingStep) -> str:
    if step.by is None:
        return "The portal"
    return step.by_name or NOBODY


def did(step: HandlingStep) -> str:
    """What was done in a step: "took this referral"."""
    words = DID.get(step.act) or f"did this: {said({}, step.act).lower()}"
    return words.format(
        to=step.to_name or "an officer",
        team=step.to_team_name or "the front door",
        decision=said(DECISIONS, step.decision).lower(),
    )


def team(handled: Handled) -> str:
    if handled.team_id is None:
        return "The front door"
    return handled.team_name or "A team whose name is not known here"


def holder(handled: Handled) -> str:
    if handled.taken_by is None:
        return "Nobody"
    return handled.taken_by_name or NOBODY


def conflict(referral: OpenedReferral, version: int, now: datetime) -> str:
    """Why what an officer sent from a page of this version was not done: what somebody did since, or has it. How it
    stands now is read anew for this."""
    handled = referral.handling
    since = handled.steps[version:] if handled else ()
    last = next((step for step in reversed(since) if step.by), since[-1] if since else None)
    if handled and handled.taken_by and (last is None or last.by is None):
        return f"{holder(handled)} has this referral. What you sent was not done"
    if last is None:
        return "This referral was changed since your page was made. What you sent was not done"
    return f"{who(last)} {did(last)}, at {moment(last.at, now)}. What you sent was not done"
