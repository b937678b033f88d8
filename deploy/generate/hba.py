"""The services' lines of deploy/postgres/services.hba.conf: a service's two roles enter its own database, no other."""

from __future__ import annotations

from collections.abc import Sequence

from deploy.operate import databases
from shared.manifest import Service


def rules(services: Sequence[Service]) -> str:
    """A line for each service that has a database."""
    return "".join(_line(service.name) for service in services if service.database)


def _line(name: str) -> str:
    return f"host    {name:<12} {f'{databases.owner(name)},{databases.user(name)}':<35} all      scram-sha-256\n"
