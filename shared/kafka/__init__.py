"""The Bus on Apache Kafka. The only place that knows FastStream and aiokafka."""

from shared.kafka.asking import TopicSpec, ensure_topics
from shared.kafka.bus import KafkaBus
from shared.kafka.reaching import Cluster

__all__ = ["Cluster", "KafkaBus", "TopicSpec", "ensure_topics"]
