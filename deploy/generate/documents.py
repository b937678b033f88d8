"""Every derived file: its path from the root of the checkout, and its text. No network and no clock are asked."""

import json
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import httpx
import yaml
from prometheus_client.metrics import MetricWrapperBase

from deploy.generate import MADE, VERSION, Json, compose
from deploy.generate.asyncapi import asyncapi
from deploy.generate.events import events_page
from deploy.services import NAMES, ROOT
from shared.manifest import Service
from shared.observe.metrics import metrics
from shared.web.app import asgi
from shared.web.tokens import Keys

OPENAPI = Path("docs/openapi")
BEGIN, END = "# >>> {}, made by `make docs`\n", "# <<< {}\n"
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
        RULES: filled(by_hand[RULES], {"services": compose.rules(services)}),
    }


def openapi(service: Service) -> Json:
    """The OpenAPI document of a service's web application, made without its settings or its database."""
    app = asgi(service, service.settings.model_construct(), None, Keys("", httpx.AsyncClient()))
    app.version = VERSION
    return app.openapi()


def metrics_page() -> str:
    """Every metric by name, with its labels and its meaning."""
    rows = sorted(map(_metric, every_metric().values()))
    head = "| metric | kind | labels | meaning |\n|---|---|---|---|"
    return "\n\n".join(["# Metrics", MADE, "\n".join([head, *rows])]) + "\n"


def every_metric() -> dict[str, MetricWrapperBase]:
    """The metrics of every process and those that a service has alone, by the names that code counts them by."""
    own = [*(f"services.{name}.metrics" for name in NAMES), "deploy.operate.drift.metrics"]
    kept = [metrics, *(import_module(module).metrics for module in own if find_spec(module))]
    return {
        name: metric
        for each in kept
        for name, metric in vars(type(each)).items()
        if isinstance(metric, MetricWrapperBase)
    }


def _metric(metric: MetricWrapperBase) -> str:
    [about] = metric.describe()
    name = f"{about.name}_total" if about.type == "counter" else about.name
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)
    return f"| `{name}` | {about.type} | {labels} | {about.documentation} |"


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """A text that is otherwise written by hand with these blocks between their marks, each as it comes.

    KeyError names a block that has no marks.
    """
    for name, block in blocks.items():
        marks = re.compile(rf"({re.escape(BEGIN.format(name))}).*?( *{re.escape(END.format(name))})", re.DOTALL)
        if not marks.search(text):
            raise KeyError(name)
        text = marks.sub(lambda found, block=block: f"{found[1]}{block}{found[2]}", text)  # type: ignore[misc]
    return text


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
