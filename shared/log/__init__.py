"""The log between services: what it is for us (record), and that it is Apache Kafka (kafka)."""
