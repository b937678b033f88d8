"""What the officer's pages call acts, what somebody did, and how it ended; and recorded values in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from services.gateway.words import ROLES, WORKERS, day, stamp

ACTS: Mapping[str, str] = {
    "SearchMade": "Search",
    "ReferralMade": "Referral sent",
    "ReferralRefused": "Referral refused",
    "ReferralRead": "Referral read",
    "DraftStarted": "Draft begun",
    "DraftSaved": "Draft saved",
    "DraftRead": "Draft opened",
    "DraftsListed": "List of drafts",
    "DraftDiscarded": "Draft thrown away",
    "DraftExpired": "Draft's time over",
    "DraftRefused": "Draft refused",
    "SentListRead": "List of what a school sent read",
    "QuestionAnswered": "Question answered",
    "AnswerRefused": "Answer refused",
    "ReferralMoved": "Referral moved",
    "CopyRead": "Copy of a referral taken",
    "TransferBegun": "Transfer begun",
    "TransferAcknowledged": "Transfer acknowledged",
    "TransferLate": "Transfer late",
    "TransfersRead": "Transfers looked at",
    "TransferAskedAgain": "Transfer asked for again",
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
    "DraftStarted": "began to write about a child",
    "DraftSaved": "saved a page of a draft",
    "DraftRead": "opened a draft",
    "DraftsListed": "listed their drafts",
    "DraftDiscarded": "threw a draft away",
    "DraftExpired": "had a draft whose time was over",
    "DraftRefused": "asked for a draft that is not there for them",
    "SentListRead": "looked at what the school has sent",
    "QuestionAnswered": "answered a question of the council",
    "AnswerRefused": "tried to answer a question of the council",
    "ReferralMoved": "moved a referral to the team that works with the child now, or to the front door",
    "CopyRead": "asked for a copy of a referral",
    "TransferBegun": "began to hand a referral over to the case system",
    "TransferAcknowledged": "was told by the case system that it has a referral",
    "TransferLate": "noticed that a referral had not reached the case system in time",
    "TransfersRead": "looked at what the case system has not acknowledged",
    "TransferAskedAgain": "asked for a referral to be handed over again",
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

BY_ITSELF = frozenset({"ReferralMoved", "TransferBegun", "TransferAcknowledged", "TransferLate"})
"""Acts that nobody asked for: the portal did them."""

OUTCOMES: Mapping[str, str] = {
    "found": "Worker shown",
    "no_open_case": "No open case",
    "not_on_roll": "Not on the roll",
    "call_team": "Told to call the team",
    "narrow": "Too many matches",
    "not_current": "Records not current",
    "made": "Sent",
    "begun": "Begun",
    "acknowledged": "Acknowledged",
    "late": "Late",
    "asked": "Asked",
    "already_acknowledged": "Acknowledged before",
    "key_reused": "Form sent twice with different words",
    "started": "Begun",
    "saved": "Saved",
    "discarded": "Thrown away",
    "answered": "Answered",
    "nothing_asked": "No answer was waited for",
    "shown": "Shown",
    "moved": "Moved",
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
