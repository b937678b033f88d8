"""What the pages call things: roles, purposes, acts, outcomes; times and dates as people in England say them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from services.gateway.domain import LONDON

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

WORKERS: Mapping[str, str] = {"social_worker": "Social worker", "support_worker": "Support worker"}

GATES: Mapping[str, str] = {
    "not_urgent": "Not urgent",
    "telephoned": "The school telephoned first",
    "worker_told": "The school called the child's worker first",
}

URGENCY: Mapping[str, str] = {
    "immediate": "In immediate danger",
    "significant": "May be at risk of significant harm",
    "urgent": "Urgent, and they have a worker",
    "not_urgent": "Not urgent",
}
"""The gate's own answers, the most urgent first."""

KINDS: Mapping[str, str] = {"concern": "A new concern", "update": "An update"}

ACTS: Mapping[str, str] = {
    "SearchMade": "Search",
    "ReferralMade": "Referral sent",
    "ReferralRefused": "Referral refused",
    "ReferralRead": "Referral read",
    "SignedIn": "Sign-in",
    "SignInRefused": "Sign-in refused",
    "SignedOut": "Sign-out",
    "SchoolChosen": "School chosen",
    "AccountDisabled": "Account disabled",
    "DisablingRefused": "Disabling refused",
    "RoleRemoved": "Role removed",
    "RoleRemovalRefused": "Removal of a role refused",
    "SchoolSuspended": "School suspended",
    "SchoolResumed": "School resumed",
    "AgreementEnded": "Agreement ended",
    "SchoolChangeRefused": "Change of a school refused",
    "AuditRead": "Audit reading",
}

DID: Mapping[str, str] = {
    "SearchMade": "looked up a child",
    "ReferralMade": "sent a concern or update",
    "ReferralRefused": "tried to send a concern or update",
    "ReferralRead": "asked for a referral",
    "SignedIn": "signed in",
    "SignInRefused": "tried to sign in",
    "SignedOut": "signed out",
    "SchoolChosen": "chose which school to act for",
    "AccountDisabled": "disabled an account",
    "DisablingRefused": "tried to disable an account",
    "RoleRemoved": "removed a role from an account",
    "RoleRemovalRefused": "tried to remove a role from an account",
    "SchoolSuspended": "suspended a school",
    "SchoolResumed": "resumed a school",
    "AgreementEnded": "ended the agreement of a school",
    "SchoolChangeRefused": "tried to change whether a school may be acted for",
    "AuditRead": "read the audit record",
}

OUTCOMES: Mapping[str, str] = {
    "found": "Worker shown",
    "no_open_case": "No open case",
    "not_on_roll": "Not on the roll",
    "call_team": "Told to call the team",
    "narrow": "Too many matches",
    "not_current": "Records not current",
    "made": "Sent",
    "key_reused": "Form sent twice with different words",
    "shown": "Shown",
    "not_found": "Not found",
    "signed_in": "Signed in",
    "wrong_password": "Wrong email or password",
    "wrong_code": "Wrong code",
    "used_code": "Code used before",
    "too_many": "Too many tries",
    "challenge_over": "Took too long, or too many wrong codes",
    "disabled": "Disabled",
    "already_disabled": "Disabled before",
    "not_allowed": "Not theirs to change",
    "removed": "Removed",
    "not_held": "Not held",
    "suspended": "Suspended",
    "already_suspended": "Suspended before",
    "resumed": "Resumed",
    "already_live": "Was not suspended",
    "ended": "Ended",
    "already_ended": "Ended before",
    "no_such_school": "No such school",
    "chosen": "Chosen",
    "no_role": "No role there",
    "signed_out": "Signed out",
    "expired": "Ended by time",
}


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


DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})")


def readable(text: str) -> str:
    """A recorded value in words, if it is a date, a time or one of the names above; any other text as it is."""
    try:
        if DATE.fullmatch(text):
            return day(date.fromisoformat(text))
        if MOMENT.fullmatch(text):
            return stamp(datetime.fromisoformat(text))
    except ValueError:
        return text
    return WORKERS.get(text) or ROLES.get(text) or text


TIME = re.compile(r"\b(\d{1,2})(?:[.:]([0-5]\d))?\s*([ap])(?:m\b|\.m\.?)", re.IGNORECASE)


def hours(text: str) -> str:
    """When somebody answers, written one way: 8.30 am, 5:00PM and 5 p.m. become 8:30am, 5pm and 5pm."""
    return TIME.sub(lambda at: f"{at[1]}{f':{at[2]}' if at[2] not in (None, '00') else ''}{at[3].lower()}m", text)


def clock(moment: datetime) -> str:
    return moment.astimezone(LONDON).strftime("%H:%M")


def day(value: date) -> str:
    return f"{value.day} {value.strftime('%B %Y')}"


def moment(value: datetime, now: datetime) -> str:
    """14:02 today · 14:02 yesterday · 14:02 on 3 April 2026."""
    then, today = value.astimezone(LONDON).date(), now.astimezone(LONDON).date()
    near = {today: "today", today - timedelta(days=1): "yesterday"}
    return f"{clock(value)} {near.get(then, f'on {day(then)}')}"


def due(value: datetime) -> str:
    """14:02 on Tuesday 24 November 2026."""
    local = value.astimezone(LONDON)
    return f"{clock(value)} on {local.strftime('%A')} {day(local.date())}"


def stamp(value: datetime) -> str:
    """3 April 2026 14:02:11."""
    local = value.astimezone(LONDON)
    return f"{day(local.date())} {local.strftime('%H:%M:%S')}"


NUMBER = re.compile(r"\+?[0-9]{10,15}|0[0-9]{7,9}|116[0-9]{3}|[0-9]{3}")
"""A whole national or international number (ITU-T E.164: 15 digits at most), or one like 999, 101 and 116 123."""


def dial(phone: str) -> str | None:
    """The one number of a text for a tel: link, or None if there are several, or an extension, or none at all."""
    spoken = re.sub(r"^\+44\s*\(0\)", "+44", phone.strip())
    digits = re.sub(r"[\s().-]", "", spoken)
    return digits if NUMBER.fullmatch(digits) else None
