"""What operators see and steer: logs, spans, metrics, health; the process and its periodic work."""
