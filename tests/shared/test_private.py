"""What we use of libraries that they do not promise to keep: each is there, and does what we take it to do.

Public interfaces serve everywhere else; these have none. A new version of a library that changes one fails here first.
"""

from __future__ import annotations

import ast
import inspect

import aiokafka
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.producer.message_accumulator import MessageAccumulator
from aiokafka.producer.sender import Sender
from faststream.kafka import KafkaBroker
from prometheus_client import Gauge
from prometheus_client.metrics import MetricWrapperBase
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.architecture.tree import code

USED = {
    "shared/log/kafka/asking.py": {"_send_request"},
    "shared/log/kafka/producer.py": {"_closed", "_message_accumulator", "_sender"},
    "shared/observe/metrics.py": {"_child_samples"},
    "shared/web/connection.py": {"_start_asgi_task"},
}
"""Private attributes of others, by the file that uses them; besides, of classes that we inherit from, `_group_id` of
AIOKafkaConsumer and `_unset_keepalive_if_required` of uvicorn's protocol."""


def of_others(tree: ast.Module) -> set[str]:
    """Private names that are read or set on anything but `self`; os._exit is documented."""
    named = {(ast.unparse(n.value), n.attr) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    private = {(of, name) for of, name in named if name.startswith("_") and not name.startswith("__")}
    return {name for of, name in private if of not in ("self", "cls", "os")}


def test_only_these_are_used() -> None:
    found = {str(file.path): of_others(file.tree) for file in code("shared")}
    assert {path: names for path, names in found.items() if names} == USED


def test_the_admin_client_sends_a_request_that_it_has_no_method_for() -> None:
    assert list(inspect.signature(AIOKafkaAdminClient._send_request).parameters) == ["self", "request", "node_id"]


def test_a_consumer_knows_its_group() -> None:
    assert "self._group_id = group_id" in inspect.getsource(AIOKafkaConsumer.__init__)


def test_a_producer_can_be_given_up() -> None:
    """Its own stop() would go on sending what waits."""
    made = inspect.getsource(AIOKafkaProducer.__init__)
    assert all(f"self.{name} = " in made for name in ("_closed", "_message_accumulator", "_sender", "client"))
    assert list(inspect.signature(MessageAccumulator.fail_all).parameters) == ["self", "exception"]
    assert isinstance(Sender.sender_task, property)


def test_a_broker_makes_its_consumers_with_a_builder_that_can_be_replaced() -> None:
    config = KafkaBroker("127.0.0.1:1").config.broker_config
    assert hasattr(config, "builder")
    assert "self.builder = partial(aiokafka.AIOKafkaConsumer" in inspect.getsource(type(config).connect)


def test_a_connection_begins_its_answers_and_its_silence_where_we_look() -> None:
    assert list(inspect.signature(HttpToolsProtocol._start_asgi_task).parameters) == ["self", "cycle", "app"]
    assert list(inspect.signature(HttpToolsProtocol._unset_keepalive_if_required).parameters) == ["self"]


def test_a_metric_shows_what_it_is_asked_for_one_by_one() -> None:
    assert "return self._child_samples()" in inspect.getsource(MetricWrapperBase._samples)
    assert list(inspect.signature(Gauge._child_samples).parameters) == ["self"]


def test_the_versions_are_those_that_were_read() -> None:
    assert (aiokafka.__version__, uvicorn.__version__) == ("0.14.0", "0.54.0")
