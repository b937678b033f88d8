"""Our events are CloudEvents 1.0 in Kafka's binary mode, as the CloudEvents project's own library reads them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.contracts import Event, Meta, Undecodable, read
from shared.contracts.referrals import ReferralMade
from tests.contracts import frozen

META = Meta(
    id=UUID("0192c8f6-6a7b-7c3d-8e4f-5a6b7c8d9e0f"),
    type=ReferralMade.type,
    source="referrals",
    time=datetime(2026, 4, 3, 14, 2, 11, 250_000, tzinfo=UTC),
    correlation=uuid4(),
    actor=str(uuid4()),
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)


def as_they_read_it(meta: Meta, body: bytes = b"{}") -> CloudEvent:
    event = from_kafka(KafkaMessage(headers=meta.to_headers(), key=b"k", value=body), JSONFormat())
    assert isinstance(event, CloudEvent)
    return event


def test_their_library_reads_the_same_attributes() -> None:
    event = as_they_read_it(META)
    assert (event.get_id(), event.get_type(), event.get_source()) == (str(META.id), META.type, META.source)
    assert (event.get_time(), event.get_specversion()) == (META.time, "1.0")
    assert event.get_datacontenttype() == "application/json"


def test_their_library_reads_correlation_and_actor_as_extensions() -> None:
    event = as_they_read_it(META)
    assert event.get_extension("correlation") == str(META.correlation)
    assert event.get_extension("actor") == META.actor


def test_their_library_reads_the_body() -> None:
    body = {"referral_id": str(uuid4()), "outcome": "made"}
    assert as_they_read_it(META, json.dumps(body).encode()).get_data() == body


def test_what_their_library_writes_is_read_here() -> None:
    attributes = {
        "id": str(META.id), "type": META.type, "source": META.source, "time": META.time,
        "correlation": str(META.correlation), "actor": META.actor, "datacontenttype": "application/json",
    }  # fmt: skip
    message = to_binary(CloudEvent(attributes, {}), JSONFormat())
    assert Meta.from_headers(message.headers) == META.model_copy(update={"traceparent": None})


def test_headers_read_back_as_they_were_written() -> None:
    assert Meta.from_headers(META.to_headers()) == META


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_source", "ce_time", "ce_correlation", "ce_actor"])
def test_a_missing_attribute_is_undecodable(name: str) -> None:
    headers = {key: value for key, value in META.to_headers().items() if key != name}
    with pytest.raises(Undecodable):
        Meta.from_headers(headers)


@pytest.mark.parametrize("value", [b"\xff\xfe", b"not a uuid"])
def test_a_malformed_attribute_is_undecodable_and_never_quoted(value: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        Meta.from_headers({**META.to_headers(), "ce_id": value})
    assert "uuid" not in str(refused.value)


def test_an_unreadable_body_is_never_quoted() -> None:
    with pytest.raises(Undecodable) as refused:
        read(ReferralMade, b'{"reference": "Zanzibar"}')
    assert "Zanzibar" not in repr(refused.value)


@pytest.mark.parametrize("event", frozen.events().values(), ids=lambda event: event.type)
def test_a_type_says_its_owner_and_its_topic_follows(event: type[Event]) -> None:
    owner, name, version = event.type.split(".")
    assert (owner, name) == (event.__module__.split(".")[2], event.__name__)
    assert event.topic.startswith(f"{owner}.")
    assert event.topic.endswith(f".{version}")
    assert event.key_field in event.model_fields
