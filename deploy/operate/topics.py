"""Every topic that the manifests imply, with partitions and retention: made if missing, never changed if there."""

from collections.abc import Mapping, Sequence

from shared.contracts import State
from shared.events.dead import dead_topic, replay_topic
from shared.log.kafka import Cluster, TopicSpec, ensure_topics
from shared.manifest import Service

PARTITIONS = 12  # of compacted topics for ever: a key must stay in its partition
DAY_MS = 24 * 60 * 60 * 1000
MESSAGE_MAX_BYTES = 1_048_588
DEAD_MESSAGE_MAX_BYTES = 2 * MESSAGE_MAX_BYTES  # what was set aside, and where it came from

STATE = {
    "cleanup.policy": "compact",
    "delete.retention.ms": str(14 * DAY_MS),  # a reader away for less still learns of an end
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": str(7 * DAY_MS),
    "min.cleanable.dirty.ratio": "0.3",
    "segment.ms": str(DAY_MS),
}
FACTS = {"cleanup.policy": "delete", "retention.ms": str(35 * DAY_MS)}  # audit is the long store
RAW = {"cleanup.policy": "delete", "retention.ms": str(3 * DAY_MS), "segment.ms": str(DAY_MS)}
KEPT = {"cleanup.policy": "compact"}
DEAD = {
    "cleanup.policy": "delete",
    "retention.ms": str(90 * DAY_MS),
    "max.message.bytes": str(DEAD_MESSAGE_MAX_BYTES),
}
CONNECT_TOPICS = ("connect.config", "connect.offset", "connect.status")
"""Where Kafka Connect keeps what it knows; made here, so that it needs no right to make topics."""


def specs(services: Sequence[Service]) -> list[TopicSpec]:
    """The topics of these services, and of the Connect that captures for one of them, by name."""
    wanted: dict[str, tuple[int, Mapping[str, str]]] = {}
    for service in services:
        for event in service.emits:
            wanted[event.topic] = (PARTITIONS, STATE if issubclass(event, State) else FACTS)
        wanted.update({ingestion.topic: (1, RAW) for ingestion in service.ingests})
        if service.ingests:
            wanted.update(dict.fromkeys(CONNECT_TOPICS, (1, KEPT)))
        for group in service.groups:
            wanted.update({dead_topic(group): (1, DEAD), replay_topic(group): (1, DEAD)})
    return [TopicSpec(name, partitions, config) for name, (partitions, config) in sorted(wanted.items())]


async def ensure(where: Cluster | str, services: Sequence[Service], replication: int = 1) -> list[str]:
    """Makes what is missing, on so many brokers each; returns the names of all."""
    wanted = specs(services)
    await ensure_topics(where, wanted, replication)
    return [spec.name for spec in wanted]
