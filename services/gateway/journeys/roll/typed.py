"""Why the list is asked for, read from its form; and what its pages carry on."""

from services.gateway.calls.rolls import LIST_REASON_MAX
from services.gateway.frame.forms import Hidden
from services.gateway.words import PURPOSES, Fault, Fields, too_long
from shared import typed


class ListFromPage(Hidden):
    """For what the next page is asked, and after which child."""

    sealed_as = "RollList"

    why: dict[str, str]
    after: str


def why_listed(fields: Fields) -> tuple[dict[str, str], list[Fault]]:
    """Purpose and reason, and what to mend before they can be sent."""
    purpose, reason = fields.get("purpose", ""), typed.line(fields.get("reason", ""))
    if purpose not in PURPOSES:
        return {}, [("purpose", "Choose why you are looking")]
    if purpose != "other":
        return {"purpose": purpose}, []
    faults = [] if reason else [("reason", "Enter why you are looking")]
    faults += too_long({"reason": reason}, ("reason", "Why you are looking", LIST_REASON_MAX))
    return {"purpose": purpose, "reason": reason}, faults
