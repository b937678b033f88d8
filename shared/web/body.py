"""Request bodies: what is refused in every one, and how a fault in one is told."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, model_validator

from shared.typed import Fault


class Tidied(BaseModel):
    """A request body: unknown fields are refused; invisible characters are dropped from its text (shared/typed.py)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True, frozen=True)


class Body(Tidied):
    """One that refuses NUL; what is no text of Unicode, such as half a pair, is refused by pydantic itself."""

    @model_validator(mode="before")
    @classmethod
    def _no_nul(cls, data: Any) -> Any:
        if _has_nul(data):
            raise ValueError("Text must not contain the NUL character")
        return data


def _written(value: Any) -> Any:
    """Only a written time: a bare number would be read as seconds since 1970."""
    if (isinstance(value, str) and not value.strip().isdigit()) or value is None:
        return value
    raise ValueError("This must be a date and time, as ISO 8601 has it")


Moment = Annotated[AwareDatetime | None, BeforeValidator(_written)]
"""A time with its offset, or none."""


def malformed(faults: Iterable[Fault], part: str = "body") -> RequestValidationError:
    """A request in which these fields are wrong, found by a rule of our own: 422. `part`: "body", "path" …"""
    return RequestValidationError(
        [{"type": "value_error", "loc": (part, where), "msg": why} for where, why in faults],
    )


def _has_nul(data: Any) -> bool:
    """Without recursion: what somebody sends may be nested as deep as Python goes."""
    left = [data]
    while left:
        one = left.pop()
        if isinstance(one, str) and "\x00" in one:
            return True
        if isinstance(one, (dict, list)):
            left += one.values() if isinstance(one, dict) else one
    return False
