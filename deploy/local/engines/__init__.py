"""The engines of a bare machine: PostgreSQL, Kafka and Kafka Connect, each as a program that the supervisor keeps."""
