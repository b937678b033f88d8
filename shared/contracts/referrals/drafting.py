"""Facts of what a lead writes before it is sent."""

from uuid import UUID

from shared.contracts import Fact


class DraftStarted(Fact, key="draft_id"):
    """A lead began to write about a child; `children` is empty where the child is described. Outcome: `started`."""

    draft_id: UUID


class DraftSaved(Fact, key="draft_id"):
    """What was written on a page of a draft was kept. Outcome: `saved`."""

    draft_id: UUID


class DraftRead(Fact, key="read_id"):
    """Its writer opened a draft. Outcome: `shown`."""

    read_id: UUID
    draft_id: UUID


class DraftsListed(Fact, key="read_id"):
    """Somebody was shown their own drafts at a school. Outcome: `shown`."""

    read_id: UUID


class DraftDiscarded(Fact, key="draft_id"):
    """Its writer threw a draft away: nothing of it is kept. Outcome: `discarded`."""

    draft_id: UUID


class DraftExpired(Fact, key="draft_id"):
    """A draft was not sent in time: nothing of it is kept. Outcome: `expired`. `actor` is whose it was."""

    draft_id: UUID


class DraftRefused(Fact, key="attempt_id"):
    """A draft was asked for that is not there for this person acting for this school. Outcome: `not_found`."""

    attempt_id: UUID
    draft_id: UUID
