"""docs/events.md: every event with its meaning and its consumers, and who may do what on Kafka; from the manifests."""

import inspect
from collections.abc import Sequence

from deploy.generate import MADE
from deploy.operate.acls import CONNECT, Allowed, allowed, captured
from deploy.operate.topics import CONNECT_TOPICS
from shared.contracts import Event, State
from shared.manifest import Service


def events_of(services: Sequence[Service]) -> list[type[Event]]:
    """Every event that is emitted, by owner and then as its contract lists them."""
    emitted = {event for service in services for event in service.emits}
    return sorted((e for e in Event.known.values() if e in emitted), key=lambda event: event.owner)


def meaning(event: type[Event]) -> str:
    """The contract's docstring, on one line."""
    return " ".join(inspect.cleandoc(event.__doc__ or "").split())


def consumers(services: Sequence[Service], event: type[Event]) -> list[str]:
    """Who reacts to this fact, or projects this state."""
    if issubclass(event, State):
        return [s.name for s in services if any(one.state is event for one in s.projects_all)]
    return [s.name for s in services if any(event in one.facts for one in s.reacts_to)]


def flow(services: Sequence[Service]) -> str:
    """Who emits what to whom, as a Mermaid graph."""
    arrows = [
        f"    {service.name} -- {event.__name__} --> {consumer}"
        for service in services
        for event in service.emits
        for consumer in consumers(services, event)
        if consumer != service.name
    ]
    return "\n".join(["flowchart LR", *arrows])


def events_page(services: Sequence[Service]) -> str:
    sections = [_section(service, services) for service in services if service.emits]
    told = f"```mermaid\n{flow(services)}\n```"
    parts = ["# Events", MADE, "Who emits what to whom:", told, *sections, _raw(services), access_page(services)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(service: Service, services: Sequence[Service]) -> str:
    rows = [_line(event, services) for event in events_of([service])]
    head = "| event | meaning | topic | key | consumers |\n|---|---|---|---|---|"
    return "\n\n".join([f"## {service.name}", service.purpose, "\n".join([head, *rows])])


def _line(event: type[Event], services: Sequence[Service]) -> str:
    sort = "state" if issubclass(event, State) else "fact"
    told = ", ".join(consumers(services, event)) or "nobody"
    verb = "projected by" if sort == "state" else "reacted to by"
    cells = (
        f"**{event.__name__}** ({sort})",
        meaning(event),
        f"`{event.topic}`",
        f"`{event.key_field}`",
        f"{verb} {told}",
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _raw(services: Sequence[Service]) -> str:
    lines = [f"- `{one.topic}` is ingested by {service.name}" for service in services for one in service.ingests]
    return "\n".join(["## From outside", "", *lines]) if lines else ""


def access_page(services: Sequence[Service]) -> str:
    """The same for people, as a Markdown section."""
    rows = [_row(rights) for rights in map(allowed, services) if rights.writes or rights.reads]
    head = "| service | writes | reads | as groups |\n|---|---|---|---|"
    about = (
        "Kafka knows each service by its own name and password (its principal), and refuses it what is not here; who"
        f" is not here, it does not know. Connect's principal `{CONNECT}` writes {_names(captured(services))} and has"
        f" {_names(CONNECT_TOPICS)} and the group `{CONNECT}`. Making topics, users and these lists, and replaying dead"
        " letters, is the operator's right. `portal acls` makes it so; the broker that `portal up` starts, and that of"
        " docker-compose.yml, have it from the start."
    )
    return "\n\n".join(["## Access on Kafka", about, "\n".join([head, *rows])])


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(rights: Allowed) -> str:
    cells = map(_names, (rights.writes, rights.reads, rights.groups))
    return f"| {' | '.join([rights.service, *cells])} |"
