"""Reaching Kafka: where it answers, whom it takes us for, and why it turns us away."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import BrokerResponseError, KafkaConnectionError, KafkaError
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from shared.settings import KafkaMechanism, KafkaSecurity, KafkaSettings

LOOK_MS = 5_000
KINDS = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


@dataclass(frozen=True)
class Cluster:
    """A Kafka, and as whom we come to it. Words and values are those of Kafka's own client settings."""

    servers: str
    security: KafkaSecurity = "PLAINTEXT"
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: KafkaMechanism = "SCRAM-SHA-256"
    ca_file: str | None = None

    @classmethod
    def at(cls, where: Cluster | str) -> Cluster:
        """A bare host:port means PLAINTEXT, without a user."""
        return cls(where) if isinstance(where, str) else where

    @classmethod
    def of(cls, settings: KafkaSettings) -> Cluster:
        password = settings.kafka_password.get_secret_value()
        who = settings.kafka_user, password, settings.kafka_mechanism
        return cls(settings.kafka, settings.kafka_security, *who, settings.kafka_ca_file)

    @property
    def client(self) -> dict[str, Any]:
        """The arguments of every aiokafka client."""
        return {"bootstrap_servers": self.servers, **self.connection}

    @property
    def connection(self) -> dict[str, Any]:
        given: dict[str, Any] = {"security_protocol": self.security, "ssl_context": self._tls()}
        if self.security.startswith("SASL"):
            given |= {"sasl_mechanism": self.mechanism}
            given |= {"sasl_plain_username": self.user, "sasl_plain_password": self.password}
        return given

    @property
    def for_faststream(self) -> BaseSecurity:
        """The same in FastStream's words."""
        tls = self._tls()
        if self.security.startswith("SASL"):
            return KINDS[self.mechanism](self.user, self.password, ssl_context=tls, use_ssl=tls is not None)
        return BaseSecurity(ssl_context=tls, use_ssl=tls is not None)

    def _tls(self) -> ssl.SSLContext | None:
        """Read anew for each client: a process goes on when its authority's file was replaced."""
        return ssl.create_default_context(cafile=self.ca_file) if self.security.endswith("SSL") else None


async def turned_away(cluster: Cluster) -> Exception | None:
    """What Kafka says when we knock: a wrong password, a certificate nobody vouches for. None: it lets us in, or is
    away."""
    for host, port, _ in collect_hosts(cluster.servers):
        try:
            found = await create_conn(host, port, request_timeout_ms=LOOK_MS, **cluster.connection)
        except (BrokerResponseError, ssl.SSLError) as error:
            return error
        except (KafkaError, OSError, ValueError):  # ValueError: the other side does not know this password either
            continue
        await found.close()
        return None
    return None


@contextlib.asynccontextmanager
async def says_why(cluster: Cluster) -> AsyncIterator[None]:
    """aiokafka says of every failed start only that it could not connect: raise what Kafka said to us instead."""
    try:
        yield
    except KafkaConnectionError as error:
        if why := await turned_away(cluster):
            raise why from error
        raise
