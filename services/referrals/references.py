"""The reference of a referral as a request brings it: tidied, or 422 with what to mend in it."""

from typing import Annotated

from fastapi import Depends, Path

from services.referrals.making.domain.reference import reference_fault, tidy_reference
from shared.web.body import malformed


def tidied(reference: str, where: str = "reference", part: str = "path") -> str:
    """As it is kept, however it was typed. Raises RequestValidationError: mistyped; `part` as of `malformed`."""
    tidy = tidy_reference(reference)
    if tidy is None:
        raise malformed([(where, reference_fault(reference) or "")], part)
    return tidy


async def _in_path(reference: Annotated[str, Path()]) -> str:
    return tidied(reference)


Reference = Annotated[str, Depends(_in_path)]
"""That of the address. It stands behind the guard among a route's parameters: who may not ask is told that first."""
