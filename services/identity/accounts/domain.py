"""An account as it is stored, and how identity refuses to change one. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database.refusal import Refusal

FORM = 1
"""The form in which accounts are emitted: raised with each field that is added to `Account`, so that all are emitted
anew, for those who have read the older ones. 1: with the email address."""


class NotYourAccount(Refusal):
    """There is no such account that you may change."""


class EmailTaken(Refusal):
    """There is an account of this email address already."""


class NotHeld(Refusal):
    """The account does not hold this role there."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A row of `account`, but for what it signs in with (`sign_in.domain.Credentials`)."""

    account_id: UUID
    email: str
    name: str
    disabled_at: datetime | None
    revision: int
