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
from services.gateway.words.dates import (
    birth,
    clock,
    day,
    due,
    moment,
    read_date,
    read_moment,
    read_time,
    stamp,
    typed_birth,
    typed_date,
)
from services.gateway.words.fields import KEPT_TIMES, LEFT_OUT, Fault, Fields, left_out, too_long, why_typed
from services.gateway.words.names import (
    DECISIONS,
    PARENTS_AGREE,
    PURPOSES,
    ROLES,
    STANDINGS,
    WORKERS,
    lost,
    said,
)
from services.gateway.words.telephone import Line, dial, hours, in_order
from shared.clock import LONDON
from shared.contracts.referrals.words import CONFIDENTIAL, GATES, KINDS, URGENCY

__all__ = [
    "CONFIDENTIAL",
    "DECISIONS",
    "FILES_ACCEPTED",
    "FILE_STANDINGS",
    "FILE_TYPES",
    "GATES",
    "KEPT_TIMES",
    "KINDS",
    "LEFT_OUT",
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
    "birth",
    "clock",
    "day",
    "dial",
    "due",
    "file_size",
    "files_taken",
    "hours",
    "in_order",
    "left_out",
    "lost",
    "moment",
    "read_date",
    "read_moment",
    "read_time",
    "said",
    "stamp",
    "too_long",
    "typed_birth",
    "typed_date",
    "why_typed",
]  # fmt: skip
