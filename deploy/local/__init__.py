"""PostgreSQL, Kafka and Kafka Connect on a bare machine, and the supervisor that keeps all processes running."""
