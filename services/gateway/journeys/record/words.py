"""What the officer's pages call acts, what somebody did, and how it ended; and recorded values in words. Pure."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from services.gateway.words import ROLES, WORKERS, day, stamp

FACTS: Mapping[str, tuple[str, str]] = {
    "SearchMade": ("Search", "looked up a child"),
    "ChangesShown": ("Changes shown", "was told what had changed about children whom they had looked up"),
    "RollListed": ("List of children with a worker", "listed the children of the roll who have a worker"),
    "TeamLooksGathered": (
        "Search gathered for a team", "gathered for a worker's team that a school has searched for children of theirs",
    ),
    "TeamTold": ("Team told of searches", "told a team by e-mail which schools have searched for children of theirs"),
    "ReferralMade": ("Referral sent", "sent a concern or update"),
    "ReferralRefused": ("Referral refused", "tried to send a concern or update"),
    "ReferralRead": ("Referral read", "asked for a referral"),
    "DraftStarted": ("Draft begun", "began to write about a child"),
    "DraftSaved": ("Draft saved", "saved a page of a draft"),
    "DraftRead": ("Draft opened", "opened a draft"),
    "DraftsListed": ("List of drafts", "listed their drafts"),
    "DraftDiscarded": ("Draft thrown away", "threw a draft away"),
    "DraftExpired": ("Draft's time over", "had a draft whose time was over"),
    "DraftRefused": ("Draft refused", "asked for a draft that is not there for them"),
    "SentListRead": ("List of what a school sent read", "looked at what the school has sent"),
    "QuestionAnswered": ("Question answered", "answered a question of the council"),
    "AnswerRefused": ("Answer refused", "tried to answer a question of the council"),
    "NoticeSent": ("E-mail sent", "told somebody by e-mail that there is something to read"),
    "ReferralMoved": (
        "Referral moved", "moved a referral to the team that works with the child now, or to the front door",
    ),
    "ReferralPurged": ("Referral deleted", "deleted a referral whose time was over"),
    "AttachmentsPurged": ("Attachments deleted", "deleted the attachments of a referral, whose time was over"),
    "HoldSet": ("Legal hold set", "ordered that a referral be kept"),
    "HoldLifted": ("Legal hold lifted", "took back the order that a referral be kept"),
    "HoldRefused": ("Legal hold refused", "tried to set or lift a legal hold"),
    "HoldsRead": ("Legal holds read", "read which referrals must be kept"),
    "CandidatesShown": ("Children looked for", "looked in the council's records for the child whom a school described"),
    "ReferralLinked": ("Child of a referral found", "said which child of the records a referral is about"),
    "LinkRefused": ("Child of a referral: refused", "tried to say which child of the records a referral is about"),
    "QueueRead": ("Queue of referrals read", "read the queue of referrals"),
    "ReferralTaken": ("Referral taken", "took a referral"),
    "ReferralGivenBack": ("Referral given back", "gave back a referral"),
    "ReferralReassigned": ("Referral given to an officer", "gave a referral to an officer"),
    "ReferralAcknowledged": ("Referral acknowledged", "acknowledged a referral"),
    "SchoolAsked": ("School asked for more", "asked the school for more about a referral"),
    "ReferralDecided": ("Referral decided", "decided about a referral"),
    "HandlingRefused": ("Act on a referral refused", "tried to do something with a referral"),
    "AttachmentAdded": ("File added", "added a file to a concern"),
    "AttachmentRefused": ("File refused", "tried to add or remove a file"),
    "AttachmentRemoved": ("File removed", "removed a file from a concern"),
    "AttachmentScanned": ("File checked for viruses", "checked a file for viruses"),
    "AttachmentRead": ("File read", "asked for the files of a concern"),
    "ReferralOverdue": ("Referral overdue", "noticed that nobody had acknowledged a referral in time"),
    "CopyRead": ("Copy of a referral taken", "asked for a copy of a referral"),
    "TransferBegun": ("Transfer begun", "began to hand a referral over to the case system"),
    "TransferAcknowledged": ("Transfer acknowledged", "was told by the case system that it has a referral"),
    "TransferLate": ("Transfer late", "noticed that a referral had not reached the case system in time"),
    "TransfersRead": ("Transfers looked at", "looked at what the case system has not acknowledged"),
    "TransferAskedAgain": ("Transfer asked for again", "asked for a referral to be handed over again"),
    "SignedIn": ("Sign-in", "signed in"),
    "SignInRefused": ("Sign-in refused", "tried to sign in"),
    "SignedOut": ("Sign-out", "signed out"),
    "SchoolChosen": ("School chosen", "chose which school to act for"),
    "AccountDisabled": ("Account disabled", "disabled an account"),
    "DisablingRefused": ("Disabling refused", "tried to disable an account"),
    "RoleRemoved": ("Role removed", "removed a role from an account"),
    "RoleRemovalRefused": ("Removal of a role refused", "tried to remove a role from an account"),
    "SchoolSuspended": ("School suspended", "suspended a school"),
    "SchoolResumed": ("School resumed", "resumed a school"),
    "AgreementEnded": ("Agreement ended", "ended the agreement of a school"),
    "AgreementOptionSwitched": ("Option of an agreement switched", "switched what the agreement of a school allows"),
    "AgreementOptionRefused": (
        "Option of an agreement: refused", "tried to switch what the agreement of a school allows",
    ),
    "SchoolChangeRefused": ("Change of a school refused", "tried to change whether a school may be acted for"),
    "AuditRead": ("Audit reading", "read the audit record"),
    "LeftOutRead": ("Reading of unusable data", "read which of the council's data cannot be used"),
    "RollChecked": ("Roll file looked at", "had a roll file compared with the school's roll"),
    "RollsRead": ("School's roll: page read", "read how the school's roll stands"),
    "RollTaken": ("School's roll uploaded", "made an uploaded file the school's roll"),
    "RollUndone": ("School's roll: upload undone", "took back an upload of the school's roll"),
    "RollColumnsSaid": ("School's roll: columns named", "said which columns the school's tables have"),
    "LinksRead": (
        "Reading of children's two records", "read which records of a roll and of social care may be of one child",
    ),
    "RecordsCompared": ("Two records compared", "saw a roll's record and one of social care side by side"),
    "RecordsDecided": (
        "Decision about two records", "said whether a roll's record and one of social care are of one child",
    ),
}  # fmt: skip
"""Of each fact: what the pages call it, and what somebody did who did it."""
ACTS = {fact: called for fact, (called, _) in FACTS.items()}
DID = {fact: did for fact, (_, did) in FACTS.items()}

BY_ITSELF = frozenset(
    {
        "ReferralMoved", "AttachmentScanned", "ReferralPurged", "AttachmentsPurged", "NoticeSent", "TransferBegun",
        "TransferAcknowledged", "TransferLate", "ReferralOverdue", "TeamLooksGathered", "TeamTold",
    }
)  # fmt: skip
"""Acts that nobody asked for: the portal did them."""

OUTCOMES: Mapping[str, str] = {
    "found": "Worker shown",
    "no_open_case": "No open case",
    "not_on_roll": "Not on the roll",
    "call_team": "Told to call the team",
    "narrow": "Too many matches",
    "not_current": "Records not current",
    "close": "A child shown who may be meant",
    "gathered": "Gathered",
    "no_address": "No mailbox is set",
    "none_listed": "No child listed",
    "nothing_changed": "Nothing had changed",
    "not_agreed": "Not in the school's agreement",
    "made": "Sent",
    "begun": "Begun",
    "late": "Late",
    "already_acknowledged": "Acknowledged before",
    "key_reused": "Form sent twice with different words",
    "started": "Begun",
    "saved": "Saved",
    "discarded": "Thrown away",
    "answered": "Answered",
    "told": "Told",
    "given_up": "Given up",
    "nothing_asked": "No answer was waited for",
    "shown": "Shown",
    "refused": "Refused",
    "held": "Held: too many would leave",
    "moved": "Moved",
    "linked": "Found",
    "one_child": "One child",
    "two_children": "Two children",
    "undone": "Taken back",
    "purged": "Deleted",
    "set": "Set",
    "lifted": "Lifted",
    "already_held": "Held before",
    "unlinked": "Taken back",
    "not_described": "The school had named the child",
    "no_such_child": "No such child in the records",
    "not_found": "Not found",
    "taken": "Taken",
    "given_back": "Given back",
    "reassigned": "Given to an officer",
    "acknowledged": "Acknowledged",
    "asked": "Asked",
    "decided": "Decided",
    "already_decided": "Decided before",
    "changed_meanwhile": "Changed by somebody meanwhile",
    "held_by_another": "Another officer had it",
    "already_received": "Acknowledged before",
    "not_an_officer": "Not to an officer",
    "added": "Added",
    "listed": "Their names shown",
    "clean": "Clean",
    "infected": "Contains a virus",
    "checking": "Still being checked",
    "cut_off": "Did not arrive whole",
    "damaged": "Damaged",
    "empty": "Empty",
    "executable": "A program",
    "macros": "Contains macros or programs",
    "not_taken": "Not of a type that is taken",
    "old_office": "An old format of Office",
    "protected": "Protected with a password",
    "script": "Contains a script or another file",
    "sent": "Sent before",
    "too_large": "Too large",
    "too_many_files": "Too many files",
    "too_many_pixels": "Too many pixels",
    "too_much": "Too much in all",
    "unpacks": "Much larger than it looks",
    "overdue": "Not acknowledged in time",
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
    "no_agreement": "Under no agreement",
    "on": "On",
    "off": "Off",
    "already_on": "On before",
    "already_off": "Off before",
    "chosen": "Chosen",
    "no_role": "No role there",
    "signed_out": "Signed out",
    "expired": "Ended by time",
}

PARTS: Mapping[str, str] = {
    "given_name": "First name", "family_name": "Last name", "born": "Date of birth", "upn": "UPN",
    "swapped": "First and last name the other way round",
}  # fmt: skip
"""Of a child: in what it was not as it was typed, and what was to be added or checked."""
OPTIONS: Mapping[str, str] = {
    "changed_since": "Leads are told of changes since they looked",
    "roll_list": "Leads may list the children with a worker",
    "team_told": "A worker's team is told who looked",
}
CHANGES: Mapping[str, str] = {
    "no_worker": "No worker any more", "first_worker": "A worker, where there was none",
    "other_workers": "Other workers", "as_before": "The same workers again",
}  # fmt: skip

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
