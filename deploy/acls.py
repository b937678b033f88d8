"""Who may do what on Kafka, from the manifests: the access lists of a production cluster, and their table in docs/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.dead import dead_topic, passer, replay_topic
from shared.service import Service


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one service's principal needs, and nothing more; everything else is denied by default.

    `writes`: WRITE and DESCRIBE on these topics. `reads`: READ and DESCRIBE. `groups`: READ on these consumer groups.
    """

    service: str
    writes: tuple[str, ...]
    reads: tuple[str, ...]
    groups: tuple[str, ...]


def allowed(service: Service) -> Allowed:
    """A service writes what it says and what its groups set aside; it reads what its groups listen to."""
    said = {event.topic for event in service.says}
    aside = {dead_topic(group) for group in service.groups}
    listened = {topic for topics in service.groups.values() for topic in topics}
    again = {replay_topic(group) for group in service.groups}
    groups = {*service.groups, *map(passer, service.groups)}
    return Allowed(service.name, _sorted(said | aside), _sorted(listened | again), _sorted(groups))


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def table(services: Sequence[Service]) -> str:
    """The same for people, as a Markdown section."""
    rows = [_row(rights) for rights in map(allowed, services) if rights.writes or rights.reads]
    head = "| service | writes | reads | as groups |\n|---|---|---|---|"
    about = (
        "Topics and groups that are not here are denied to services. Connect's own principal writes"
        f" {_names(_captured(services))} and has `connect.config`, `connect.offset`, `connect.status` and the group"
        " `connect`. Replaying dead letters is an operator's right."
    )
    return "\n\n".join(["## Access on Kafka", about, "\n".join([head, *rows])])


def _captured(services: Sequence[Service]) -> list[str]:
    return sorted({folds.topic for service in services for folds in service.folds})


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(rights: Allowed) -> str:
    cells = map(_names, (rights.writes, rights.reads, rights.groups))
    return f"| {' | '.join([rights.service, *cells])} |"
