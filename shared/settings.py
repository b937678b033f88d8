"""Settings: read once from the environment, frozen, named after the service that they are for."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def prefix(service: str) -> SettingsConfigDict:
    """The environment prefix of a service: `lookup` reads LOOKUP_PORT."""
    return SettingsConfigDict(env_prefix=f"{service.upper()}_", frozen=True, extra="ignore", hide_input_in_errors=True)


class ServiceSettings(BaseSettings):
    """What every service needs to run. Each service subclasses it and sets `model_config = prefix(<its name>)`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr = SecretStr("")
    """DSN of the service's own database, as its service role."""
    kafka: str = "127.0.0.1:9092"
    """Kafka's bootstrap servers, host:port, separated by commas."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """Where the web (or, for a worker, its health and metrics) listens."""
    trusted_proxies: str = ""
    """Addresses or networks of the proxies in front, separated by commas: they say who asks, in X-Forwarded-For."""
    identity_url: str = "http://127.0.0.1:8001"
    """Where identity publishes the keys that access tokens are verified with."""
    otlp_url: str | None = None
    """OpenTelemetry collector (OTLP over HTTP), e.g. http://127.0.0.1:4318; None: no traces leave the process."""
    trace_file: str | None = None
    """A file to which finished spans are written, one JSON object a line; for diagnosis and the canary test."""
    pool_max: int = Field(default=8, ge=1, le=100)
    """Most connections to the database of one process."""
    log_level: str = "INFO"
    instance: str | None = None
    """A name of this worker alone: after a restart it has its partitions again at once (static membership). Two
    workers with one name would take them from each other; without a name, a killed worker's wait for six seconds."""
