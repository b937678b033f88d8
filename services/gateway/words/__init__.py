"""What things are called, and how dates, times and telephone numbers are read and said in England. Pure.

The templates know it as `words`.
"""

from services.gateway.words.attached import (
    FILE_STANDINGS,
    FILE_TYPES,
    FILES_ACCEPTED,
    READABLE,
    file_size,
    files_taken,
)
from services.gateway.words.dates import clock, day, due, moment, read_date, read_moment, read_time, stamp, typed_date
from services.gateway.words.fields import KEPT_TIMES, Fault, Fields, too_long
from services.gateway.words.names import (
    DECISIONS,
    GATES,
    KINDS,
    PARENTS_AGREE,
    PURPOSES,
    ROLES,
    STANDINGS,
    URGENCY,
    WORKERS,
    lost,
    said,
)
from services.gateway.words.telephone import Line, dial, hours, in_order
from shared.clock import LONDON

__all__ = [
    "DECISIONS",
    "FILES_ACCEPTED",
    "FILE_STANDINGS",
    "FILE_TYPES",
    "GATES",
    "KEPT_TIMES",
    "KINDS",
    "LONDON",
    "PARENTS_AGREE",
    "PURPOSES",
    "READABLE",
    "ROLES",
    "STANDINGS",
    "URGENCY",
    "WORKERS",
    "Fault",
    "Fields",
    "Line",
    "clock",
    "day",
    "dial",
    "due",
    "file_size",
    "files_taken",
    "hours",
    "in_order",
    "lost",
    "moment",
    "read_date",
    "read_moment",
    "read_time",
    "said",
    "stamp",
    "too_long",
    "typed_date",
]  # fmt: skip
