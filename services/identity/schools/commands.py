"""Schools: admitted, suspended, resumed; their agreement ended, its options switched. Each state is emitted under its
own row's lock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from services.identity.acting.commands import still_acts
from services.identity.schools import domain, store
from services.identity.schools.domain import NoAgreement, NoSuchSchool, SchoolRow
from services.identity.settings import Settings
from shared.contracts import Fact
from shared.contracts.identity import (
    AgreementEnded,
    AgreementOption,
    AgreementOptionRefused,
    AgreementOptionSwitched,
    School,
    SchoolAdmitted,
    SchoolChangeRefused,
    SchoolResumed,
    SchoolSuspended,
)
from shared.database.tx import Tx
from shared.revisions import next_revision
from shared.web.tokens import Caller

By = Caller | Mapping[str, Any]
"""Who does it: a signed-in operator, or `acting.domain.AT_THE_MACHINE`."""


async def admit_school(tx: Tx, urn: str, name: str, agreement: str, settings: Settings) -> str:
    """Put a school under the agreement of this text; returns its version. The same again changes nothing.

    A new school is live. A suspended one stays suspended: only `resume_school` ends that.
    """
    version = domain.version_of(agreement)
    await store.add_agreement(tx, version, agreement)
    await store.add_school(tx, urn, name)
    before = await store.school_locked(tx, urn)
    assert before is not None
    await _put(tx, before, replace(before.under(version), name=name), settings)
    return version


async def register_school(tx: Tx, urn: str, name: str, settings: Settings) -> SchoolRow:
    """Let a school be known by this name. A new one is under no agreement: nobody may act for it yet."""
    await store.add_school(tx, urn, name)
    before = await store.school_locked(tx, urn)
    assert before is not None
    known = before if before.revision else replace(before, name="")
    return await _put(tx, known, replace(before, name=name), settings)


async def admit_at_the_machine(tx: Tx, by: By, urn: str, agreement: str, settings: Settings) -> SchoolRow:
    """Put a school that is known under the agreement of this text. Raises NoSuchSchool."""
    who, before = await _locked(tx, by, urn)
    version = domain.version_of(agreement)
    told = {"urn": urn, "version": version, **who}
    if before is None:
        await tx.emit(SchoolAdmitted(**told, outcome="no_such_school"))
        raise NoSuchSchool
    await admit_school(tx, urn, before.name, agreement, settings)
    outcome = "already_admitted" if before.agreement == version else "admitted"
    await tx.emit(SchoolAdmitted(**told, outcome=outcome))
    return before.under(version)


async def suspend_school(tx: Tx, by: By, urn: str, settings: Settings) -> SchoolRow:
    """Let nobody act for a school, everywhere within seconds; nothing of it is lost. Raises NoSuchSchool."""
    return await _change(tx, by, urn, SUSPENDING, settings)


async def resume_school(tx: Tx, by: By, urn: str, settings: Settings) -> SchoolRow:
    """Let those act for a suspended school who did before. Raises NoSuchSchool."""
    return await _change(tx, by, urn, RESUMING, settings)


async def end_agreement(tx: Tx, by: By, urn: str, settings: Settings) -> SchoolRow:
    """Put a school under no agreement: nobody may act for it until it is admitted under one. Raises NoSuchSchool."""
    return await _change(tx, by, urn, ENDING, settings)


async def switch_option(tx: Tx, by: By, urn: str, option: AgreementOption, on: bool, settings: Settings) -> SchoolRow:
    """Switch an option of a school's agreement, everywhere within seconds. Raises NoSuchSchool, NoAgreement."""
    who, before = await _locked(tx, by, urn)
    if before is None or before.agreement is None:
        outcome, refusal = ("no_agreement", NoAgreement) if before else ("no_such_school", NoSuchSchool)
        await tx.emit(AgreementOptionRefused(urn=urn, option=option, **who, outcome=outcome))
        raise refusal
    after = before.with_option(option, on)
    outcome = ("" if after != before else "already_") + ("on" if on else "off")
    await tx.emit(AgreementOptionSwitched(urn=urn, option=option, **who, outcome=outcome))
    return await _put(tx, before, after, settings)


@dataclass(frozen=True)
class _Change:
    """One way to change a school: its name in a refused fact, the row after it, and its fact."""

    wanted: Literal["suspend", "resume", "end_agreement"]
    after: Callable[[SchoolRow], SchoolRow]
    fact: Callable[[SchoolRow, Mapping[str, Any], bool], Fact]
    """Makes the fact, from the row before, who did it, and whether anything changed."""


SUSPENDING = _Change(
    "suspend",
    lambda school: replace(school, status="suspended"),
    lambda school, by, new: SchoolSuspended(urn=school.urn, **by, outcome="suspended" if new else "already_suspended"),
)
RESUMING = _Change(
    "resume",
    lambda school: replace(school, status="live"),
    lambda school, by, new: SchoolResumed(urn=school.urn, **by, outcome="resumed" if new else "already_live"),
)
ENDING = _Change(
    "end_agreement",
    lambda school: school.under(None),
    lambda school, by, new: AgreementEnded(
        urn=school.urn, version=school.agreement, **by, outcome="ended" if new else "already_ended"
    ),
)


async def _change(tx: Tx, by: By, urn: str, change: _Change, settings: Settings) -> SchoolRow:
    who, before = await _locked(tx, by, urn)
    if before is None:
        await tx.emit(SchoolChangeRefused(urn=urn, wanted=change.wanted, **who, outcome="no_such_school"))
        raise NoSuchSchool
    after = change.after(before)
    await tx.emit(change.fact(before, who, after != before))
    return await _put(tx, before, after, settings)


async def _locked(tx: Tx, by: By, urn: str) -> tuple[Mapping[str, Any], SchoolRow | None]:
    """Who does it, as a fact says it (so that audit finds it by the school), and the school, its row locked."""
    if isinstance(by, Caller):
        await still_acts(tx, by)
    who = {**(by.indexed() if isinstance(by, Caller) else by), "school": urn}
    return who, await store.school_locked(tx, urn)


async def _put(tx: Tx, before: SchoolRow, after: SchoolRow, settings: Settings) -> SchoolRow:
    if after == before:
        return before
    after = replace(after, revision=next_revision(before.revision, settings.epoch))
    await store.put_school(tx, after)
    await tx.emit(await _state(tx, after))
    return after


async def _state(tx: Tx, school: SchoolRow) -> School:
    since = await store.agreement_made_at(tx, school.agreement) if school.agreement else None
    return School(
        urn=school.urn,
        name=school.name,
        agreement=school.agreement,
        agreement_named=domain.AGREEMENT if since else None,
        agreement_since=since,
        status=school.status,
        options=school.options,
        revision=school.revision,
    )
