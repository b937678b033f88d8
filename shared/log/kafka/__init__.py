"""The Bus on Apache Kafka. The only place that knows FastStream and aiokafka."""

from shared.log.kafka.asking import TopicSpec, ensure_topics
from shared.log.kafka.bus import KafkaBus
from shared.log.kafka.reaching import Cluster

__all__ = ["Cluster", "KafkaBus", "TopicSpec", "ensure_topics"]
