"""The roles that may be acted in, and why one may be acted in no longer. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.contracts.identity import ActingPlace, RoleHeld, WhyLost

AT_THE_MACHINE: Mapping[str, Any] = {"actor": None, "role": "operator"}
"""Who did it, in a fact about what an operator does with `portal` on the server, where nobody is signed in."""


class UsableRole(ActingPlace):
    """A role that may be acted in now: at the council, or at a school that is live under an agreement.

    The revisions are those of the account's and the school's state in which it is so; 0 where there is no school.
    """

    account_revision: int
    school_revision: int

    @property
    def held(self) -> RoleHeld:
        return RoleHeld(role=self.role, school=self.school)


def usable(acting: RoleHeld | None, roles: Sequence[UsableRole]) -> UsableRole | None:
    """Of an account's usable roles the one that its session acts in, if it is among them."""
    return next((each for each in roles if each.held == acting), None)


def why_lost(still_held: bool, school_status: str | None) -> WhyLost:
    """Why a role is no longer usable. `school_status` None: it is a role at the council, or there is no such school."""
    if not still_held or school_status is None:
        return "role_removed"
    return "school_suspended" if school_status == "suspended" else "agreement_ended"


def who(account_id: UUID, role: UsableRole | None) -> dict[str, Any]:
    """Who did it, for a fact: the fields of `Fact` that audit indexes. `role` None: they act in none yet."""
    if role is None:
        return {"actor": account_id}
    return {"actor": account_id, "role": role.role, "school": role.school, "agreement": role.agreement}
