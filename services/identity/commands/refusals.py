"""The ways in which identity says no. Each docstring is the sentence that the caller is shown."""

from __future__ import annotations

from services.identity.domain import Why
from shared.database.refusal import Refusal


class SignInRefused(Refusal):
    """The email address or password is not right. Check both and try again."""


class TooManyTries(Refusal):
    """There have been too many tries. Wait 5 minutes, then try again."""


class CodeRefused(Refusal):
    """The code is not right. Check your authenticator app and try again."""


class CodeUsed(Refusal):
    """That code has been used. Wait for the next one."""


class ChallengeOver(Refusal):
    """This sign-in has taken too long or had too many wrong codes. Start again."""


class Busy(Refusal):
    """Very many people are signing in. Try again in a minute."""


class SessionOver(Refusal):
    """You have been signed out."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.detail = why


class NotYourRole(Refusal):
    """You do not hold this role there."""


class NobodyActing(Refusal):
    """Choose which school you are acting for first."""


class ActingChanged(Refusal):
    """The school or role that you act for was changed in the meantime. Nothing was done."""


class NotYourAccount(Refusal):
    """There is no such account that you may change."""


class EmailTaken(Refusal):
    """There is an account of this email address already."""


class NotHeld(Refusal):
    """The account does not hold this role there."""


class NoSuchSchool(Refusal):
    """There is no school of this URN in the portal."""
