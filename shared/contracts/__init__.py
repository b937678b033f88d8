"""The events that services exchange. One module (or folder) per owning service; nothing here does anything.

A fact is a past-tense verb: it happened, each consumer reacts to it exactly once, audit keeps it for ever. A state is a
noun: the newest revision of each key is what counts. Both travel as CloudEvents 1.0 in Kafka's binary content mode
(https://github.com/cloudevents/spec, Kafka protocol binding 1.0).
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal, Self, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, WithJsonSchema

BODY_MAX_BYTES = 256 * 1024
"""No event's body is larger. An answer with every worker of a child is under 4 KiB."""

Urn = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
"""A school's Unique Reference Number, six digits (Get Information about Schools)."""

Role = Literal["headteacher", "lead", "account_administrator", "triage_officer", "data_protection_officer", "operator"]

SCHOOL_ROLES: frozenset[Role] = frozenset({"headteacher", "lead", "account_administrator"})
"""Roles held at a school; the others are held at the council and have no acting school."""


class Part(BaseModel):
    """A piece of an event or of an answer. A reader passes over fields it does not know, so that a writer may add
    optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Answer(Part):
    """What a service answers over HTTP, or a piece of it: the service makes it, of anything with these attributes, and
    the gateway reads it. What was added later has a default, for the other side may be of the version before."""

    model_config = ConfigDict(from_attributes=True)


def among(words: Any) -> Any:
    """For a word in an answer: one of this Literal in the service's document; a reader takes others too, for a later
    version may add one."""
    return WithJsonSchema({"type": "string", "enum": [*get_args(words)]})


class Event(Part):
    """Something one service emits. Its owner may add optional fields; it never renames or removes one."""

    known: ClassVar[dict[str, type[Event]]] = {}
    owner: ClassVar[str]
    topic: ClassVar[str]
    type: ClassVar[str]
    key_field: ClassVar[str]

    def __init_subclass__(cls, *, key: str | None = None, version: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if key is None:
            return  # Fact and State themselves
        cls.owner = _owner(cls.__module__)
        cls.key_field = key
        cls.type = f"{cls.owner}.{cls.__name__}.v{version}"
        cls.topic = cls._topic_of(version)
        Event.known[cls.type] = cls

    @classmethod
    def _topic_of(cls, version: int) -> str:
        raise TypeError("an event is a Fact or a State")

    @property
    def key(self) -> str:
        """The Kafka key: an opaque id, never personal data (keys reach traces and logs)."""
        return str(getattr(self, self.key_field))


def _owner(module: str) -> str:
    """Whose contract a module belongs to: a contract is one module here, or a folder of them."""
    within = module.removeprefix(f"{__name__}.")
    return within.partition(".")[0] if within != module else module.rpartition(".")[2]


class Fact(Event):
    """Something that happened. Topic `<owner>.facts.v<n>`, not compacted.

    Every fact carries what audit indexes, so that audit never has to learn its class.
    """

    actor: UUID | None
    """The account that did it; None where nobody was signed in (a refused sign-in with an unknown address)."""
    role: Role | None = None
    school: Urn | None = None
    agreement: str | None = None
    """Version of the operational agreement under which the school acted (SHA-256 of its text, hexadecimal)."""
    children: tuple[UUID, ...] = ()
    purpose: str | None = None
    outcome: str

    @classmethod
    def _topic_of(cls, version: int) -> str:
        return f"{cls.owner}.facts.v{version}"


class State(Event):
    """How a thing stands. Topic `<owner>.<noun>.v<n>`, compacted; the highest revision of a key wins.

    It ends with an explicit revision that has `ended` set; a tombstone may follow later.
    """

    watermark: ClassVar[bool] = False
    """A watermark is appended to the log only after all that was emitted before it is durable there."""

    revision: int = Field(ge=0)
    ended: bool = False

    def __init_subclass__(cls, *, watermark: bool = False, **kwargs: Any) -> None:
        cls.watermark = watermark
        super().__init_subclass__(**kwargs)

    @classmethod
    def _topic_of(cls, version: int) -> str:
        noun = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
        return f"{cls.owner}.{noun}.v{version}"


class Undecodable(ValueError):
    """The record's headers or body do not follow their contract."""


class Foreign(Undecodable):
    """It is no event of ours at all: somebody else wrote it. However many there are, our code is not to blame."""


class Meta(Part):
    """The CloudEvents attributes of one event: which, when, from whom, and because of what.

    `correlation` names all that one request of one person set off; `actor` is an account's opaque id, or the name
    of a service that acted by itself; `traceparent` is W3C Trace Context.
    """

    id: UUID
    type: str
    source: str
    time: datetime
    correlation: UUID
    actor: str
    traceparent: str | None = None

    def attributes(self) -> dict[str, str]:
        """The attributes as Kafka headers, by name, with `content-type` and `traceparent`."""
        said = {
            "content-type": "application/json", "ce_specversion": "1.0", "ce_id": str(self.id), "ce_type": self.type,
            "ce_source": self.source, "ce_time": self.time.isoformat().replace("+00:00", "Z"),
            "ce_correlation": str(self.correlation), "ce_actor": self.actor,
        }  # fmt: skip
        return {**said, "traceparent": self.traceparent} if self.traceparent else said

    def to_headers(self) -> dict[str, bytes]:
        return {name: value.encode() for name, value in self.attributes().items()}

    @classmethod
    def from_headers(cls, headers: Mapping[str, bytes]) -> Self:
        """Read the attributes; raise Foreign when one is missing, malformed or not UTF-8, or a header has no value."""
        if None in headers.values():  # Kafka allows it, whatever the type says
            raise Foreign("Header")
        try:
            text = {k.removeprefix("ce_"): v.decode() for k, v in headers.items() if k.startswith("ce_")}
            trace = headers.get("traceparent")
            return cls.model_validate({**text, "traceparent": trace.decode() if trace else None})
        except (UnicodeDecodeError, ValidationError) as error:
            raise Foreign(type(error).__name__) from None


def read(event_type: type[Event], body: bytes) -> Event:
    """Read a body against its contract; raise Undecodable, which never quotes the body."""
    try:
        return event_type.model_validate_json(body)
    except ValidationError as error:
        raise Undecodable(type(error).__name__) from None


def all_events() -> dict[str, type[Event]]:
    """Every event of every owner, by its type: each module beside this one is imported, so none has to be listed."""
    _contracts()
    return {type_: event for type_, event in Event.known.items() if event.__module__.startswith(f"{__name__}.")}


def events_of(contract: ModuleType) -> tuple[type[Event], ...]:
    """Every event that a contract states: what its owner emits, in the order in which it stands there."""
    ours = (contract.__name__, f"{contract.__name__}.")
    return tuple(e for e in Event.known.values() if e.__module__ == ours[0] or e.__module__.startswith(ours[1]))


def audiences() -> tuple[str, ...]:
    """The services that are asked over HTTP with an access token: those whose contract states ANSWERS."""
    return tuple(name for name, contract in _contracts().items() if getattr(contract, "ANSWERS", False))


def _contracts() -> dict[str, ModuleType]:
    """The contract of each service, by the service's name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
