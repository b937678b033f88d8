"""The documents that are derived, not written: events.md, metrics.md, asyncapi.yaml and openapi/*.json, all in docs/.

No network and no clock: the same services give the same bytes.
`python -m deploy.docs` writes them; with `--check` it only compares, and says which are out of date.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml
from prometheus_client.metrics import MetricWrapperBase
from pydantic.json_schema import models_json_schema

from deploy import acls, topics
from deploy import services as known
from shared.contracts import Event, Meta, State
from shared.manifest import Service, flow, listeners
from shared.observe.metrics import metrics
from shared.web.app import asgi
from shared.web.tokens import Keys

DOCS = known.ROOT / "docs"
MADE = "Made by `make docs` from the services' manifests and the contracts; not edited by hand."
VERSION = "1.0.0"
KAFKA_BINDING = "0.5.0"

Json = dict[str, Any]


def documents(services: Sequence[Service]) -> dict[Path, str]:
    """Every derived document: its path under docs/, and its text."""
    served = [service for service in services if service.serves and service.database]
    return {
        Path("events.md"): events_page(services),
        Path("metrics.md"): metrics_page(),
        Path("asyncapi.yaml"): yaml.safe_dump(asyncapi(services), sort_keys=False, allow_unicode=True, width=120),
        **{Path("openapi", f"{service.name}.json"): _as_json(openapi(service)) for service in served},
    }


def _as_json(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def events_of(services: Sequence[Service]) -> list[type[Event]]:
    """Every event that is emitted, by owner and then as its contract lists them."""
    emitted = {event for service in services for event in service.emits}
    return sorted((e for e in Event.known.values() if e in emitted), key=lambda event: event.owner)


def meaning(event: type[Event]) -> str:
    """The contract's docstring, on one line."""
    return " ".join(inspect.cleandoc(event.__doc__ or "").split())


# docs/events.md


def events_page(services: Sequence[Service]) -> str:
    sections = [_section(service, services) for service in services if service.emits]
    told = f"```mermaid\n{flow(services)}\n```"
    parts = ["# Events", MADE, "Who emits what to whom:", told, *sections, _raw(services), acls.table(services)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(service: Service, services: Sequence[Service]) -> str:
    rows = [_line(event, services) for event in events_of([service])]
    head = "| event | meaning | topic | key | who listens |\n|---|---|---|---|---|"
    return "\n\n".join([f"## {service.name}", service.purpose, "\n".join([head, *rows])])


def _line(event: type[Event], services: Sequence[Service]) -> str:
    sort = "state" if issubclass(event, State) else "fact"
    told = ", ".join(listeners(services, event)) or "nobody"
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


# docs/asyncapi.yaml


def asyncapi(services: Sequence[Service]) -> Json:
    """The AsyncAPI 3.0.0 document of all services (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""
    events = events_of(services)
    keys, schemas = models_json_schema([(e, "validation") for e in events], ref_template="#/components/schemas/{model}")
    payloads = {event: keys[event, "validation"] for event in events}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Schools Child Portal",
            "version": VERSION,
            "description": f"What the portal's services say to one another, over Apache Kafka.\n{MADE}",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{servers}",
                "protocol": "kafka-secure",
                "variables": {"servers": {"default": "127.0.0.1:9092"}},
                "security": [{"type": "scramSha256", "description": "Each service as its own name; docs/events.md."}],
            }
        },
        "channels": {**_channels(events), **_raw_channels(services)},
        "operations": dict(_operations(services)),
        "components": {
            "messages": {event.type: _message(event, payloads[event]) for event in events},
            "schemas": {"CloudEventsHeaders": _headers(), **_sorted(schemas["$defs"])},
        },
    }


def _sorted(value: Mapping[str, Any]) -> Json:
    return {name: value[name] for name in sorted(value)}


def _channels(events: Sequence[type[Event]]) -> Json:
    found: Json = {}
    for event in events:
        settings = topics.STATE if issubclass(event, State) else topics.FACTS
        about = meaning(event) if issubclass(event, State) else f"Every fact that {event.owner} emits."
        channel = found.setdefault(event.topic, _channel(event.topic, about, topics.PARTITIONS, settings))
        channel["messages"][event.type] = _ref("components", "messages", event.type)
    return found


def _raw_channels(services: Sequence[Service]) -> Json:
    about = "Changes of the source, as Debezium captures them: all tables in the order of their commits."
    raw = {one.topic for service in services for one in service.ingests}
    return {topic: _channel(topic, about, 1, topics.RAW) for topic in sorted(raw)}


def _channel(topic: str, about: str, partitions: int, settings: Mapping[str, str]) -> Json:
    kept: Json = {"cleanup.policy": [settings["cleanup.policy"]]}
    for name in ("retention.ms", "delete.retention.ms"):
        if name in settings:
            kept[name] = int(settings[name])
    kafka = {"topic": topic, "partitions": partitions, "topicConfiguration": kept, "bindingVersion": KAFKA_BINDING}
    return {"address": topic, "description": about, "messages": {}, "bindings": {"kafka": kafka}}


def _message(event: type[Event], payload: Mapping[str, Any]) -> Json:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": meaning(event),
        "contentType": "application/json",
        "headers": _ref("components", "schemas", "CloudEventsHeaders"),
        "payload": dict(payload),
        "correlationId": {"location": "$message.header#/ce_correlation"},
        "bindings": {"kafka": {"key": _key(event), "bindingVersion": KAFKA_BINDING}},
    }


def _key(event: type[Event]) -> Json:
    field = event.model_fields[event.key_field]
    format_ = {"format": "uuid"} if "UUID" in str(field.annotation) else {}
    return {"type": "string", **format_, "description": f"The event's {event.key_field}: an opaque id."}


def _headers() -> Json:
    """CloudEvents 1.0 in Kafka's binary content mode, as shared.contracts.Meta writes them."""
    formats = {"id": "uuid", "time": "date-time", "correlation": "uuid"}
    names = [name for name in Meta.model_fields if name != "traceparent"]
    text: Json = {"type": "string"}
    ours = {f"ce_{name}": {**text, "format": formats[name]} if name in formats else text for name in names}
    fixed = {"content-type": {**text, "const": "application/json"}, "ce_specversion": {**text, "const": "1.0"}}
    properties = {name: dict(schema) for name, schema in {**fixed, **ours, "traceparent": text}.items()}
    return {"type": "object", "required": [*fixed, *ours], "properties": properties}


def _operations(services: Sequence[Service]) -> Iterator[tuple[str, Json]]:
    for service in services:
        for event in events_of([service]):
            about = f"{service.name} emits {event.__name__}"
            yield f"{service.name}.emits.{event.__name__}", _operation("send", event.topic, about, [event])
        for reaction in service.reacts_to:
            for topic in sorted({fact.topic for fact in reaction.facts}):
                group, facts = f"{service.name}.{reaction.group}", [f for f in reaction.facts if f.topic == topic]
                about = f"{service.name} reacts to {', '.join(fact.__name__ for fact in facts)}"
                yield f"{group}.reacts_to.{topic}", _operation("receive", topic, about, facts, group)
        for projection in service.projects_all:
            state, group = projection.state, f"{service.name}.{projection.group}"
            about = f"{service.name} projects {state.__name__}"
            yield f"{group}.projects.{state.__name__}", _operation("receive", state.topic, about, [state], group)
        for ingestion in service.ingests:
            group, about = f"{service.name}.{ingestion.group}", f"{service.name} ingests raw changes"
            yield f"{group}.ingests.{ingestion.topic}", _operation("receive", ingestion.topic, about, [], group)


def _operation(action: str, topic: str, about: str, events: Sequence[type[Event]], group: str | None = None) -> Json:
    kafka = {"groupId": {"type": "string", "enum": [group]}, "bindingVersion": KAFKA_BINDING}
    return {
        "action": action,
        "channel": _ref("channels", topic),
        "summary": about,
        "messages": [_ref("channels", topic, "messages", event.type) for event in events],
        **({"bindings": {"kafka": kafka}} if group else {}),
    }


def _ref(*path: str) -> Json:
    return {"$ref": "#/" + "/".join(path)}


# docs/openapi/<service>.json


def openapi(service: Service) -> Json:
    """The OpenAPI document of a service's web application, made without its settings or its database."""
    app = asgi(service, service.settings.model_construct(), None, Keys("", httpx.AsyncClient()))
    app.version = VERSION
    return app.openapi()


# docs/metrics.md


def metrics_page() -> str:
    """Every metric by name, with its labels and its meaning."""
    rows = sorted(_metric(each) for each in vars(metrics).values() if isinstance(each, MetricWrapperBase))
    head = "| metric | kind | labels | meaning |\n|---|---|---|---|"
    return "\n\n".join(["# Metrics", MADE, "\n".join([head, *rows])]) + "\n"


def _metric(metric: MetricWrapperBase) -> str:
    [about] = metric.describe()
    name = f"{about.name}_total" if about.type == "counter" else about.name
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)
    return f"| `{name}` | {about.type} | {labels} | {about.documentation} |"


# the command


def outdated(services: Sequence[Service], folder: Path = DOCS) -> list[Path]:
    """Which documents differ from what they should be, are missing, or should not be there."""
    wanted = documents(services)
    differ = [path for path, text in wanted.items() if _read(folder / path) != text]
    extra = [path.relative_to(folder) for path in (folder / "openapi").glob("*.json")]
    return differ + [path for path in extra if path not in wanted]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def write(services: Sequence[Service], folder: Path = DOCS) -> None:
    for path in outdated(services, folder):
        (folder / path).unlink(missing_ok=True)
    for path, text in documents(services).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    services = known.load_all()
    if "--check" not in arguments:
        write(services)
        return 0
    stale = outdated(services)
    for path in stale:
        sys.stderr.write(f"docs/{path} is out of date: make docs\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
