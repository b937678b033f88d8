"""What people type into the pages, read into what the services ask for; and what travels in hidden fields. Pure."""

from services.gateway.domain.concern import (
    BOUNDS,
    CONCERN_MAX,
    CONCERN_MIN,
    CONTACT_MAX,
    DETAIL_MAX,
    NUMBER_MAX,
    TYPED,
    call_of,
    called,
    cut_of,
    mend_concern,
    referral,
    typed_of,
)
from services.gateway.domain.dates import LONDON, read_date, read_moment, read_time, typed_date
from services.gateway.domain.finding import born_of, find_by_name, find_by_upn
from services.gateway.domain.hidden import About, Draft, Fault, Fields, Filters, Hidden, Kept, Line
from services.gateway.domain.hours import OfficeHours, in_order, read_week
from services.gateway.domain.urgency import URGENCIES, Urgency, higher, read_urgency

__all__ = [
    "BOUNDS", "CONCERN_MAX", "CONCERN_MIN", "CONTACT_MAX", "DETAIL_MAX", "LONDON", "NUMBER_MAX", "TYPED", "URGENCIES",
    "About", "Draft", "Fault", "Fields", "Filters", "Hidden", "Kept", "Line", "OfficeHours", "Urgency", "born_of",
    "call_of", "called", "cut_of", "find_by_name", "find_by_upn", "higher", "in_order", "mend_concern", "read_date",
    "read_moment", "read_time", "read_urgency", "read_week", "referral", "typed_date", "typed_of",
]  # fmt: skip
