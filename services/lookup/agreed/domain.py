"""The refusal of what a school's agreement does not allow. Pure."""

from shared.database.refusal import Refusal


class NotAgreed(Refusal):
    """Your school's agreement with the council does not include this."""
