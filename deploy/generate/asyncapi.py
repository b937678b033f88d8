"""docs/asyncapi.yaml: every event with who sends and who receives it, as an AsyncAPI 3.0.0 document."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from deploy.generate import MADE, VERSION, Json
from deploy.generate.events import events_of, meaning
from deploy.operate.acls import captured
from deploy.operate.topics import specs
from shared.contracts import Event, Meta, State
from shared.log.kafka import TopicSpec
from shared.manifest import Service

KAFKA_BINDING = "0.5.0"


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
            "description": f"What the portal's services tell one another, over Apache Kafka.\n{MADE}",
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
        "channels": _channels(services),
        "operations": dict(_operations(services)),
        "components": {
            "messages": {event.type: _message(event, payloads[event]) for event in events},
            "schemas": {"CloudEventsHeaders": _headers(), **dict(sorted(schemas["$defs"].items()))},
        },
    }


def _channels(services: Sequence[Service]) -> Json:
    found: Json = {}
    topics = {topic.name: topic for topic in specs(services)}
    for event in events_of(services):
        about = meaning(event) if issubclass(event, State) else f"Every fact that {event.owner} emits."
        channel = found.setdefault(event.topic, _channel(topics[event.topic], about))
        channel["messages"][event.type] = _ref("components", "messages", event.type)
    about = "Changes of the source, as Debezium captures them: all tables in the order of their commits."
    return found | {name: _channel(topics[name], about) for name in captured(services)}


def _channel(topic: TopicSpec, about: str) -> Json:
    kept: Json = {"cleanup.policy": [topic.config["cleanup.policy"]]}
    for name in ("retention.ms", "delete.retention.ms"):
        if name in topic.config:
            kept[name] = int(topic.config[name])
    kafka = {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": kept}
    bindings = {"kafka": {**kafka, "bindingVersion": KAFKA_BINDING}}
    return {"address": topic.name, "description": about, "messages": {}, "bindings": bindings}


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
