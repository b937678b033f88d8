"""The audit service's front door: read the request, call one command, write the response."""

from typing import Annotated

from fastapi import APIRouter

from services.audit import commands
from services.audit.commands import OneEntry, Page, ReadEntries, ReadEntry
from services.audit.settings import Settings
from shared.web.guard import Authenticated, guard

router = APIRouter()


@router.post("/readings")
async def post_reading(
    ask: ReadEntries, asking: Annotated[Authenticated[Settings], guard("data_protection_officer")]
) -> Page:
    """Entries of the record, newest first. The reading is recorded before the answer is given."""
    async with asking.transaction() as tx:
        return await commands.read_entries(tx, asking.caller, ask)


@router.post("/readings/entry")
async def post_entry_reading(
    ask: ReadEntry, asking: Annotated[Authenticated[Settings], guard("data_protection_officer")]
) -> OneEntry:
    """One entry, and everything else in the same act."""
    async with asking.transaction() as tx:
        return await commands.read_entry(tx, asking.caller, ask)
