"""The manifest of identity."""

from __future__ import annotations

from services.identity.accounts import domain as accounts
from services.identity.app import service
from services.identity.schools import domain as schools
from services.identity.sessions import domain as sessions
from services.identity.sign_in import domain as sign_in
from shared.database.refusal import Refusal


def test_every_refusal_has_a_status() -> None:
    mine = {
        value
        for room in (accounts, schools, sessions, sign_in)
        for value in vars(room).values()
        if isinstance(value, type) and issubclass(value, Refusal) and value is not Refusal
    }
    assert mine == set(service.errors)
