"""What no error page may lose of a concern's pages: the words of the page that was sent."""

from typing import Any
from uuid import UUID

from services.gateway.frame.forms import Hidden
from services.gateway.frame.visit import Visit, Writing
from services.gateway.journeys.concern import journey
from services.gateway.journeys.concern.typed import call_of, texts_of


class DraftPage(Hidden):
    """Of which draft a page is, and, by its seal, whose."""

    sealed_as = "DraftPage"

    draft_id: UUID


def carried(visit: Visit, draft_id: UUID) -> dict[str, Any]:
    """What each page with a form carries."""
    return {"sealed": visit.forms.seal(visit.holder, DraftPage(draft_id=draft_id), visit.now)}


def written(visit: Visit) -> Writing:
    """What somebody wrote on this page; not what they ticked."""
    return visit.writing(words_of(visit), DraftPage, "draft")


def words_of(visit: Visit) -> dict[str, str]:
    """The words of this page, under the names that an error page has for them."""
    said = {**texts_of(visit.fields), "call": " ".join(call_of(visit.fields).values())}
    return {name: said[name] for name in journey.carries if said.get(name)}
