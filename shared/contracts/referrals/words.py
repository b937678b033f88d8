"""What the values of a referral are called, on every page and in its copy; a value without words here is newer."""

from collections.abc import Mapping

CONFIDENTIAL = (
    "Confidential. This is personal information about a child. Keep it where only those can read it who need it to "
    "keep the child safe, and do not send it by ordinary email."
)
"""Above what was sent."""

GATES: Mapping[str, str] = {
    "not_urgent": "Not urgent",
    "telephoned": "The school telephoned first",
    "worker_told": "The school called the child's worker first",
}

URGENCY: Mapping[str, str] = {
    "immediate": "In immediate danger",
    "significant": "May be at risk of significant harm",
    "urgent": "Urgent, and they have a worker or an open case",
    "not_urgent": "Not urgent",
}
"""The gate's own answers, the most urgent first."""

KINDS: Mapping[str, str] = {
    "concern": "A new concern",
    "update": "An update about an open case",
    "early_help": "A request for early help",
}
