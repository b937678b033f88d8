"""What the values that go between services are called on a page: roles, purposes, urgency, reasons of an end. Pure."""

from collections.abc import Mapping

ROLES: Mapping[str, str] = {
    "headteacher": "Headteacher",
    "lead": "Safeguarding lead",
    "account_administrator": "Account administrator",
    "triage_officer": "Triage officer",
    "data_protection_officer": "Data protection officer",
    "operator": "Operator",
}

PURPOSES: Mapping[str, str] = {
    "welfare": "Concern about the child's welfare",
    "update": "Update for the child's worker",
    "planning": "Planning a meeting or support",
    "records": "Checking our records",
    "other": "Something else",
}

STANDINGS: Mapping[str, str] = {
    "sent": "Sent",
    "received": "Received",
    "being_decided": "Being decided",
    "asked": "They ask you something",
    "decided": "Decided",
}
"""Where a referral stands, as its school is told."""

DECISIONS: Mapping[str, str] = {
    "no_further_action": "No further action by children's services, with advice",
    "signposted": "Signposted to early help",
    "early_help": "Early help is being opened",
    "assessment": "Children's services will assess",
    "strategy_discussion": "Children's services will hold a strategy discussion",
    "added_to_case": "Passed to those who work with the child already",
}
"""What was decided about a referral, as its school is told."""

WORKERS: Mapping[str, str] = {"social_worker": "Social worker", "support_worker": "Support worker"}

PARENTS_AGREE: Mapping[str, str] = {
    "agreed": "Yes, and they agree",
    "refused": "Yes, but they do not agree",
    "not_asked": "Yes, but we have not asked if they agree",
}
"""What parents or carers who know of a referral say to it."""


def said(words: Mapping[str, str], value: str | None) -> str:
    """The words for a value; one that the pages do not know yet is shown as it is, without underscores."""
    return words.get(value, value.replace("_", " ").capitalize()) if value else ""


LOST: Mapping[str, str] = {
    "role_removed": "Your role at {place} has ended: {role}.",
    "school_suspended": "The council has suspended {place}, so nobody can act for it at the moment.",
    "agreement_ended": "{place} has no agreement with the council at the moment, so nobody can act for it.",
}


def lost(why: str, role: str, place: str | None) -> str:
    """Why somebody acts no longer as they did."""
    sentence = LOST.get(why, LOST["role_removed"])
    return sentence.format(role=said(ROLES, role).lower(), place=place or "the council")
