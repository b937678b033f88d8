"""Settings: read once from the environment, frozen, named after the service that they are for."""

from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def prefix(service: str) -> SettingsConfigDict:
    """The environment prefix of a service: `lookup` reads LOOKUP_PORT."""
    return SettingsConfigDict(env_prefix=f"{service.upper()}_", frozen=True, extra="ignore", hide_input_in_errors=True)


KafkaSecurity = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
KafkaMechanism = Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"]


class KafkaSettings(BaseSettings):
    """Where Kafka answers, and whom it is to take us for. Names and values of the last five are Kafka's own."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kafka: str = "127.0.0.1:9092"
    """Kafka's bootstrap servers, host:port, separated by commas."""
    kafka_user: str = ""
    """Whom the broker knows us as; the access lists are written for a service's own name."""
    kafka_password: SecretStr = SecretStr("")
    kafka_ca_file: str | None = None
    """PEM file of the authorities that may vouch for a broker; None: those of the machine."""
    kafka_mechanism: KafkaMechanism = "SCRAM-SHA-256"
    kafka_security: KafkaSecurity = "PLAINTEXT"
    """How a connection is made. PLAINTEXT asks for no user and hides nothing: for tests on loopback."""

    @field_validator("kafka_security")
    @classmethod
    def _knows_who(cls, value: KafkaSecurity, info: ValidationInfo) -> KafkaSecurity:
        password = info.data.get("kafka_password")
        if value.startswith("SASL") and not (info.data.get("kafka_user") and password and password.get_secret_value()):
            raise ValueError("SASL needs a user and a password")
        return value


class ServiceSettings(KafkaSettings):
    """What every service needs to run. Each service subclasses it and sets `model_config = prefix(<its name>)`."""

    database_url: SecretStr = SecretStr("")
    """DSN of the service's own database, as its service role."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """Where the web listens; a worker listens nowhere but on its operations port."""
    operations_host: str | None = None
    """None: as `host`."""
    operations_port: int = Field(default=9000, ge=0, le=65535)
    """Where /healthz, /readyz and /metrics are answered, and nothing else is: for operators, and for no proxy."""
    trusted_proxies: str = ""
    """Addresses or networks of the proxies in front, separated by commas: they say who asks, in X-Forwarded-For."""
    head_s: float = Field(default=10, gt=0, le=300)
    """Seconds in which the head of a request must be here, counted from the connection or from its first byte."""
    body_s: float = Field(default=30, gt=0, le=300)
    """Seconds in which the body must be here, counted from the head."""
    idle_s: float = Field(default=15, gt=0, le=300)
    """Seconds that a connection may be silent between two requests; a client's pool should let go before that."""
    answer_s: float = Field(default=60, gt=0, le=300)
    """Seconds in which an answer must be taken."""
    connections_max: int = Field(default=800, ge=1)
    """Most connections to one port. One that waits, the longest waiting, makes room for a new one."""
    address_connections_max: int | None = Field(default=None, ge=1)
    """The same for one address, but for trusted proxies. None: 100 where browsers ask, else 300."""
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
