"""Who emits which event, who consumes it, and both as a picture: from the manifests."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts import Event, State
from shared.manifest import Service


def emitters(services: Sequence[Service]) -> dict[type[Event], list[str]]:
    """Who emits each event."""
    found: dict[type[Event], list[str]] = {}
    for service in services:
        for event in service.emits:
            found.setdefault(event, []).append(service.name)
    return found


def consumers(services: Sequence[Service], event: type[Event]) -> list[str]:
    """Who reacts to this fact, or projects this state."""
    if issubclass(event, State):
        return [s.name for s in services if any(one.state is event for one in s.projects_all)]
    return [s.name for s in services if any(event in one.facts for one in s.reacts_to)]


def flow(services: Sequence[Service]) -> str:
    """Who emits what to whom, as a Mermaid graph."""
    arrows = [
        f"    {emitter} -- {event.__name__} --> {consumer}"
        for event, [emitter, *_] in emitters(services).items()
        for consumer in consumers(services, event)
        if consumer != emitter
    ]
    return "\n".join(["flowchart LR", *arrows])
