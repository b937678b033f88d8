"""Linking a described child, over HTTP: read the request, call one command, write the response."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.referrals.linking import commands
from services.referrals.linking.domain import SoughtByName
from services.referrals.references import Reference
from services.referrals.settings import Settings
from shared import upn
from shared.contracts.referrals.answers import Done, SendersDescription
from shared.contracts.referrals.lists import CandidatesFound, LinkedReferral
from shared.typed import Line, Upn
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

SOUGHT_NAME_MAX = 200
SOUGHT_UPN_MAX = 40

Officer = Annotated[Authenticated[Settings], guard("triage_officer")]


class CandidatesAsked(Body):
    """By a UPN, or by first name, last name and date of birth."""

    upn: Upn | None = Field(default=None, max_length=SOUGHT_UPN_MAX)
    given_name: Line | None = Field(default=None, max_length=SOUGHT_NAME_MAX)
    family_name: Line | None = Field(default=None, max_length=SOUGHT_NAME_MAX)
    born: date | None = None

    def meant(self) -> str | SoughtByName:
        """Raises what is to be mended: 422."""
        if self.upn:
            if fault := upn.fault(self.upn):
                raise malformed([("upn", fault)])
            return self.upn
        if not (self.given_name and self.family_name and self.born):
            raise malformed([("given_name", "Enter a UPN, or a first name, last name and date of birth")])
        return SoughtByName(self.given_name, self.family_name, self.born)


class LinkAsked(Body):
    """`version`: of the referral's handling, as the page showed it. `child_id` None: what was linked is taken back."""

    version: int = Field(ge=0, lt=2**31)
    child_id: UUID | None


@router.get("/referrals/{reference}/link")
async def get_link(asking: Officer, reference: Reference) -> LinkedReferral:
    """Whom the school described, and which child of the records that was found to be."""
    async with asking.transaction() as tx:
        linking, child = await commands.read_linking(tx, asking.caller, reference)
    return LinkedReferral(
        reference=reference,
        version=linking.version,
        decided=linking.decided,
        described=SendersDescription.model_validate(linking.described) if linking.described else None,
        linked=linking.child_id is not None,
        child=child,
        linked_by_name=linking.by_name,
        linked_at=linking.at,
    )


@router.post("/referrals/{reference}/candidates")
async def post_candidates(asking: Officer, reference: Reference, sought: CandidatesAsked) -> CandidatesFound:
    """Look for the described child among all children of the records, the likeliest first."""
    limit = asking.settings.freshness_limit
    meant = sought.meant()
    async with asking.transaction() as tx:
        found = await commands.find_candidates(tx, asking.caller, reference, meant, limit)
    return found


@router.post("/referrals/{reference}/link")
async def post_link(asking: Officer, reference: Reference, asked: LinkAsked) -> Done:
    """Say which child it is, until the referral is decided."""
    async with asking.transaction() as tx:
        await commands.link_child(tx, asking.caller, reference, asked.version, asked.child_id)
    return Done(reference=reference)
