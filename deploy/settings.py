"""The environment that each service of a home is given: its database, its neighbours, its secrets."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deploy import connect as connectors
from deploy import databases
from deploy.local import postgres
from deploy.local.kafka import BROKER, OPERATOR, Passwords
from deploy.local.ports import LOOPBACK
from deploy.local.state import Kept
from deploy.services import NAMES
from services.identity.settings import Settings
from shared.kafka import Cluster

SOURCE = "council"
CAPTURE = "portal_capture"
CAPTURE_SECRET = "PORTAL_CAPTURE_PASSWORD"  # noqa: S105 - the name of a variable
TRACES = "PORTAL_TRACES"  # set: every service writes its finished spans to logs/<name>.spans
COUNCIL = {
    "GATEWAY_COUNCIL": "Demo County Council",
    "GATEWAY_TEAM": "the children's reception team",
    "GATEWAY_PHONE": "01632 960 100",  # 01632 960 is kept for drama by Ofcom: nobody answers
    "GATEWAY_HOURS": "Monday to Thursday, 8:30am to 5pm, and Friday, 8:30am to 4:30pm",
    "GATEWAY_OUT_OF_HOURS_PHONE": "01632 960 199",
}


@dataclass(frozen=True)
class Places:
    """Where everything of a home answers."""

    home: Path
    kept: Kept

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.kept.ports[name]}"

    @property
    def kafka(self) -> str:
        return f"{LOOPBACK}:{self.kept.ports['kafka']}"

    def kafka_password(self, principal: str) -> str:
        return self.kept.secret(f"kafka_{principal}")

    @property
    def brokers_passwords(self) -> Passwords:
        return Passwords(self.kafka_password(OPERATOR), self.kafka_password(BROKER))

    def cluster(self, principal: str = OPERATOR) -> Cluster:
        """Kafka, as one who may come by SCRAM."""
        return Cluster(self.kafka, "SASL_PLAINTEXT", principal, self.kafka_password(principal))

    @property
    def postgres(self) -> str:
        return postgres.dsn(self.kept.ports["postgres"], self.kept.secret(postgres.ADMIN))

    @property
    def source(self) -> str:
        return databases.at(self.postgres, SOURCE)

    def database(self, service: str, role: str) -> str:
        return databases.at(self.postgres, service, role, self.kept.secret(role))

    def status(self, services: Sequence[str]) -> dict[str, str]:
        """One flat object: what `portal status --json` prints."""
        urls = {name: self.url(name) for name in (*services, "connect")}
        return {**urls, "kafka": self.kafka, "postgres": self.postgres, "source": self.source}

    def connector(self) -> dict[str, str]:
        """The capture's settings; its password is named, not written, so that Connect keeps it nowhere."""
        port, password = self.kept.ports["postgres"], f"${{env:{CAPTURE_SECRET}}}"
        return connectors.connector(host=LOOPBACK, port=port, database=SOURCE, user=CAPTURE, password=password)

    def environment(self, name: str, services: Sequence[str], stored: bool) -> dict[str, str]:
        """Variables of one service. Those of the same prefix in our own environment win."""
        prefix = f"{name.upper()}_"
        given = {
            "HOST": LOOPBACK,
            "PORT": str(self.kept.ports[name]),
            "INSTANCE": "local",
            **{f"{other.upper()}_URL": self.url(other) for other in services},
        }
        if stored:
            given["DATABASE_URL"] = self.database(name, databases.user(name))
            given |= {"KAFKA": self.kafka, "KAFKA_SECURITY": "SASL_PLAINTEXT"}
            given |= {"KAFKA_USER": name, "KAFKA_PASSWORD": self.kafka_password(name)}
        if os.environ.get(TRACES):
            given["TRACE_FILE"] = str(self.home / "logs" / f"{name}.spans")
        own = {variable: value for variable, value in os.environ.items() if variable.startswith(prefix)}
        return {**{f"{prefix}{key}": value for key, value in given.items()}, **self._particular(name), **own}

    def _particular(self, name: str) -> Mapping[str, str]:
        if name == "gateway":
            return {**COUNCIL, "GATEWAY_SECRET": self.kept.secret("gateway")}
        if name == "identity":
            return {"IDENTITY_SEALING_KEY": sealing_key(self.kept.secret("identity_sealing"))}
        if name == "feed":
            return {"FEED_CONNECT_URL": self.url("connect"), "FEED_CONNECTOR": json.dumps(self.connector())}
        return {}


def identity_settings(places: Places) -> Settings:
    """What identity of this home runs with."""
    variables = places.environment("identity", NAMES, stored=True)
    return Settings.model_validate({name.removeprefix("IDENTITY_").lower(): at for name, at in variables.items()})


def sealing_key(secret: str) -> str:
    """32 bytes as identity wants them: base64 of the URL alphabet."""
    return urlsafe_b64encode(sha256(secret.encode()).digest()).decode()
