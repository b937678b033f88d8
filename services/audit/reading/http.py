"""The data protection officer's questions over HTTP. Each is answered only after the reading is committed."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, model_validator

from services.audit.reading import commands
from services.audit.recording.domain import TEXT_MAX
from services.audit.settings import Settings
from shared import typed
from shared.contracts import Urn
from shared.contracts.audit import AuditQuestion, ChildSought, EntriesPage, EntryInFull
from shared.web.body import Body
from shared.web.guard import Authenticated, guard

router = APIRouter()

ByOfficer = Annotated[Authenticated[Settings], guard("data_protection_officer")]
Term = Annotated[typed.Line, Field(min_length=1, max_length=TEXT_MAX)]


class AskedChild(Body):
    """A child by UPN, or by given name, family name and date of birth."""

    upn: Term | None = None
    given_name: Term | None = None
    family_name: Term | None = None
    born: date | None = None

    @model_validator(mode="after")
    def one_way(self) -> Self:
        name = (self.given_name, self.family_name, self.born)
        if self.upn is None and None in name:
            raise ValueError("Enter a UPN, or a first name, last name and date of birth")
        if self.upn is not None and any(name):
            raise ValueError("Enter either a UPN or a name and date of birth, not both")
        return self


class ReadEntries(Body):
    """Which entries, 25 a page, newest first; `after` and `before` are the cursors that an earlier page gave."""

    person: Term | None = None
    school: Urn | None = None
    school_named: Term | None = None
    child: AskedChild | None = None
    kind: Term | None = None
    purpose: Term | None = None
    outcome: Term | None = None
    correlation: UUID | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    after: Annotated[str, Field(max_length=100)] | None = None
    before: Annotated[str, Field(max_length=100)] | None = None
    readings: bool = True
    """Readings of the record itself, too."""

    @model_validator(mode="after")
    def one_direction(self) -> Self:
        if self.after is not None and self.before is not None:
            raise ValueError("Ask for what is after or for what is before, not for both")
        return self

    @property
    def asked(self) -> AuditQuestion:
        """The question as it is recorded."""
        child = ChildSought(**self.child.model_dump()) if self.child else None
        terms = self.model_dump(exclude={"person", "child", "after", "before"})
        return AuditQuestion(person_named=self.person, child_sought=child, **terms)

    @property
    def cursors_key(self) -> str:
        """What a cursor belongs to: all of the question but the place."""
        return self.model_dump_json(exclude={"after", "before"})


class ReadEntry(Body):
    entry_id: UUID


@router.post("/readings")
async def post_reading(ask: ReadEntries, asking: ByOfficer) -> EntriesPage:
    """Entries of the record, newest first. The reading is recorded before the answer is given."""
    place = commands.PageAsked(ask.cursors_key, ask.after, ask.before)
    async with asking.transaction() as tx:
        page = await commands.read_entries(tx, asking.caller, ask.asked, place)
    return page


@router.post("/readings/entry")
async def post_entry_reading(ask: ReadEntry, asking: ByOfficer) -> EntryInFull:
    """One entry, and everything else in the same act."""
    async with asking.transaction() as tx:
        entry = await commands.read_entry(tx, asking.caller, ask.entry_id)
    return entry
