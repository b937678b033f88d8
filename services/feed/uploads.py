"""What a source says of rolls that schools upload: where their rows go, and how one is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

Body = dict[str, Any]


class UploadedChild(NamedTuple):
    """A child of a roll that a school uploaded. `key`: of its own row; `own`: that row is the upload's, for the council
    has none. `born`, `joined`: as YYYY-MM-DD; what cannot be read stands as it is written, and is no date or UPN."""

    key: str
    own: bool
    given_name: str
    family_name: str
    born: str | None
    upn: str | None
    former_upns: tuple[str, ...]
    joined: str


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Where rolls go that schools upload themselves: `child`, the table of the roll's children; `enrolment`, that of
    the rows that put one on a roll, whose column `school` has the URN. Of a school that uploaded its roll only the
    uploaded rows of `enrolment` count. `child_row(child)` and `enrolment_row(key, child, urn)` make the rows."""

    child: str
    enrolment: str
    school: str
    child_row: Callable[[UploadedChild], Body]
    enrolment_row: Callable[[str, UploadedChild, str], Body]
