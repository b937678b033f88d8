"""Every derived file: its path from the root of the checkout, and its text. No network and no clock are asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import yaml

from deploy.generate import Json, compose, hba
from deploy.generate.asyncapi import asyncapi
from deploy.generate.blocks import filled
from deploy.generate.events import events_page
from deploy.generate.metrics import metrics_page
from deploy.generate.openapi import openapi
from deploy.services import ROOT
from shared.manifest import Service

OPENAPI = Path("docs/openapi")
COMPOSE, RULES = Path("docker-compose.yml"), Path("deploy/postgres/services.hba.conf")


def documents(services: Sequence[Service]) -> dict[Path, str]:
    """The same services give the same bytes."""
    served = [service for service in services if service.serves and service.database]
    by_hand = {path: (ROOT / path).read_text(encoding="utf-8") for path in (COMPOSE, RULES)}
    return {
        Path("docs/events.md"): events_page(services),
        Path("docs/metrics.md"): metrics_page(),
        Path("docs/asyncapi.yaml"): yaml.safe_dump(asyncapi(services), sort_keys=False, allow_unicode=True, width=120),
        **{OPENAPI / f"{service.name}.json": _as_json(openapi(service)) for service in served},
        COMPOSE: filled(by_hand[COMPOSE], compose.blocks(services, by_hand[COMPOSE])),
        RULES: filled(by_hand[RULES], {"services": hba.rules(services)}),
    }


def _as_json(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def outdated(services: Sequence[Service], folder: Path = ROOT) -> list[Path]:
    """Which files differ from what they should be, are missing, or should not be there."""
    wanted = documents(services)
    differ = [path for path, text in wanted.items() if _read(folder / path) != text]
    extra = [path.relative_to(folder) for path in (folder / OPENAPI).glob("*.json")]
    return differ + [path for path in extra if path not in wanted]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def write(services: Sequence[Service], folder: Path = ROOT) -> None:
    """All of them; what should not be there goes."""
    wanted = documents(services)
    for path in outdated(services, folder):
        if path not in wanted:
            (folder / path).unlink()
    for path, text in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
