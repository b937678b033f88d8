"""The manifest of a service: one value that states what it serves, emits, reacts to, projects, ingests and does by
itself. All else is derived from it: routes, consumer groups, topics, access lists, documents.

It is pure: what does the work is named ("searching.http:router") and loaded when the service runs, so that reading a
manifest loads no web framework, no driver and no Kafka client.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shared.contracts import Event, Fact, State, identity
from shared.database.refusal import Refusal
from shared.settings import ServiceSettings

SHARED_MIGRATIONS = Path(__file__).parent / "migrations"
BODY_MAX_BYTES = 64 * 1024
ACCESS = "access"

Ref = Any
"""A name as "module:attribute", the module below the service's own package or from `shared` on; or the thing itself."""


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """Facts that are reacted to, each exactly once. `to` names a function (tx, list of ReceivedFact): it gets the new
    ones of a batch, in order for each key.

    `everything`: all that is on those facts' topics, also types that are not known here. `stops`: these reactions do
    not commute, so a record that cannot be handled ends the process instead of being set aside.
    """

    facts: tuple[type[Fact], ...]
    to: Ref
    group: str
    everything: bool = False
    stops: bool = False


@dataclass(frozen=True)
class Projection:
    """A state of which the newest revision is kept. `to` names a Projector (shared/events/states.py).

    `after`: kept only when this service is done with all that the topics of those states held when the record came.
    `prompt`: a person waits for it, so that a lone record is handed over at once instead of with those that come
    within a tenth of a second.
    """

    state: type[State]
    to: Ref
    group: str = "states"
    after: tuple[type[State], ...] = ()
    prompt: bool = False


@dataclass(frozen=True, kw_only=True)
class Ingestion:
    """A topic of somebody else's, record by record in order, tombstones too.

    `to` names a function (tx, list of Record). A batch may come again, also late: after a rebalance the old owner may
    still be at it. So it compares positions and lets the newer stand. It may raise Undecodable.
    """

    topic: str
    to: Ref
    group: str
    stops: bool = False


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """Work done every so often, by one process of the service at a time; it must bound itself.

    `work` names a function (database, settings).
    """

    name: str
    every_s: float
    work: Ref


ACCESS_PROJECTIONS = (
    Projection(identity.Session, to="shared.web.access:SESSIONS", group=ACCESS),
    Projection(identity.Account, to="shared.web.access:ACCOUNTS", group=ACCESS),
    Projection(identity.School, to="shared.web.access:SCHOOLS", group=ACCESS),
)
"""What every service keeps that verifies access tokens: with these it knows when somebody's access has ended."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a service is.

    `package`: where its code is, as `services.lookup`. `serves`: its routers. `checks`: functions (database), called
    once a process, that give a Check (shared/web/app.py): why it is not ready, besides its database and the log.
    `errors`: the HTTP status of each refusal. `guarded`: it verifies access tokens. `public`: browsers ask it, so what
    a request says of correlation and trace is not believed. `shapes`: a function (FastAPI application) with the last
    word on its web application (the gateway's error pages). `body_max_bytes`: the most that one request may bring;
    `bodies`: the same for some paths, as routes write them.
    """

    name: str
    purpose: str
    package: str
    settings: type[ServiceSettings]
    serves: Sequence[Ref] = ()
    emits: Sequence[type[Event]] = ()
    reacts_to: Sequence[Reaction] = ()
    projects: Sequence[Projection] = ()
    ingests: Sequence[Ingestion] = ()
    works: Sequence[Periodic] = ()
    checks: Sequence[Ref] = ()
    errors: Mapping[type[Refusal], int] = field(default_factory=dict)
    database: bool = True
    guarded: bool = True
    public: bool = False
    body_max_bytes: int = BODY_MAX_BYTES
    bodies: Mapping[str, int] = field(default_factory=dict)
    shapes: Ref | None = None

    @property
    def projects_all(self) -> Sequence[Projection]:
        """What it projects, with the ends of access if it verifies tokens."""
        return (*self.projects, *(ACCESS_PROJECTIONS if self.guarded else ()))

    @property
    def groups(self) -> dict[str, list[str]]:
        """Each consumer group with its topics, sorted."""
        found: dict[str, set[str]] = {}
        for reaction in self.reacts_to:
            found.setdefault(f"{self.name}.{reaction.group}", set()).update(fact.topic for fact in reaction.facts)
        for projection in self.projects_all:
            found.setdefault(f"{self.name}.{projection.group}", set()).add(projection.state.topic)
        for ingestion in self.ingests:
            found.setdefault(f"{self.name}.{ingestion.group}", set()).add(ingestion.topic)
        return {group: sorted(topics) for group, topics in sorted(found.items())}

    @property
    def migrations(self) -> tuple[Path, ...]:
        """The folders of its database's migrations, in the order in which they are applied."""
        home = Path(*importlib.import_module(self.package).__path__)
        return (SHARED_MIGRATIONS, home / "migrations") if self.database else ()

    def load(self, ref: Ref) -> Any:
        """What this name stands for. Raises ImportError or AttributeError where there is no such thing."""
        if not isinstance(ref, str):
            return ref
        module, _, attribute = ref.partition(":")
        within = "" if module.startswith("shared.") else f"{self.package}."
        return getattr(importlib.import_module(f"{within}{module}"), attribute)

    def consumed(self) -> tuple[list[Reaction], list[Projection], list[Ingestion]]:
        """All that it makes of records, with what does it loaded."""
        return (
            [replace(one, to=self.load(one.to)) for one in self.reacts_to],
            [replace(one, to=self.load(one.to)) for one in self.projects_all],
            [replace(one, to=self.load(one.to)) for one in self.ingests],
        )

    def works_loaded(self) -> list[Periodic]:
        """Its periodic work, with what does it loaded."""
        return [replace(one, work=self.load(one.work)) for one in self.works]
