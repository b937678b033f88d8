"""What the pages call how far a referral is on its way into the case system, and what went wrong. Pure."""

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "waiting": "Not handed over yet",
    "sent": "Handed over, not acknowledged yet",
    "acknowledged": "The case system has it",
}
TROUBLES: Mapping[str, str] = {
    "away": "The case system does not answer",
    "refused": "The case system refuses it",
    "unreadable": "What the case system answers cannot be read",
    "not_set": "The PDF could not be made",
    "checking": "Its files are still being checked for viruses",
    "broken": "Something is wrong on our side",
}
