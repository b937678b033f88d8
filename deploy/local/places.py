"""Where all of a home answers, and the environment that each of its services is given."""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deploy import connect
from deploy.connect import rest
from deploy.demo import mail
from deploy.demo.council import CAPTURE, SOURCE
from deploy.demo.intake import INTAKE
from deploy.demo.pages import COUNCIL, OFFICE
from deploy.local.engines import postgres
from deploy.local.engines.kafka import BrokerPasswords
from deploy.local.home import Remembered, opened
from deploy.local.processes.ports import LOOPBACK
from deploy.local.processes.run import Run, RunFile
from deploy.operate import databases
from deploy.operate.acls import BROKER, CONNECT, OPERATOR
from deploy.services import NAMES
from deploy.trouble import NotRunning
from services.identity.settings import Settings
from shared.log.kafka import Cluster

SOURCE_ADMIN = "source_admin"  # the secret of the source cluster's administrator, in kept.json
OF_ALL = ("PORTAL_OFFICE_HOURS", "PORTAL_CLOSED_ON")
"""Settings that several services share (shared/office_hours.py)."""
NIGHTLY_LIMIT_S = 26 * 3600
TRACES = "PORTAL_TRACES"  # set: every service writes its finished spans to logs/<name>.spans


@dataclass(frozen=True)
class Places:
    """Where everything of a home answers."""

    home: Path
    kept: Remembered

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.kept.ports[name]}"

    def operations(self, service: str) -> str:
        """Where a service answers /healthz, /readyz and /metrics."""
        return self.url(operations_of(service))

    @property
    def kafka(self) -> str:
        return f"{LOOPBACK}:{self.kept.ports['kafka']}"

    def kafka_password(self, principal: str) -> str:
        return self.kept.secret(f"kafka_{principal}")

    @property
    def brokers_passwords(self) -> BrokerPasswords:
        return BrokerPasswords(self.kafka_password(OPERATOR), self.kafka_password(BROKER))

    def cluster(self, principal: str = OPERATOR) -> Cluster:
        """Kafka, as a principal that signs in by SCRAM."""
        return Cluster(self.kafka, "SASL_PLAINTEXT", principal, self.kafka_password(principal))

    @property
    def postgres(self) -> str:
        """The services' cluster, as its administrator."""
        return postgres.dsn(self.kept.ports[postgres.SERVICES], self.kept.secret(postgres.ADMIN))

    @property
    def source_cluster(self) -> str:
        """The other cluster, that of the council's case system, as its administrator."""
        return postgres.dsn(self.kept.ports[postgres.SOURCE], self.kept.secret(SOURCE_ADMIN))

    @property
    def source(self) -> str:
        return databases.at(self.source_cluster, SOURCE)

    def database(self, service: str, role: str) -> str:
        return databases.at(self.postgres, service, role, self.kept.secret(role))

    def status(self, secrets: bool = False) -> dict[str, str]:
        """One flat object: what `portal status --json` prints. DSNs are whole only with `secrets`."""
        urls = {name: self.url(name) for name in (*NAMES, *map(operations_of, NAMES), "connect")}
        dsns = {"postgres": self.postgres, "source": self.source}
        shown = dsns if secrets else {name: databases.without_password(dsn) for name, dsn in dsns.items()}
        return {**urls, "kafka": self.kafka, **shown}

    def connector(self) -> dict[str, str]:
        """The capture's settings; its password is named, not written, so that Connect keeps it nowhere."""
        return connect.connector(host=LOOPBACK, port=self.kept.ports[postgres.SOURCE], database=SOURCE, user=CAPTURE)

    def environment(self, name: str, stored: bool) -> dict[str, str]:
        """The environment variables of one service; in our own, those with its prefix and those of all services win."""
        prefix = f"{name.upper()}_"
        given = {
            "HOST": LOOPBACK,
            "PORT": str(self.kept.ports[name]),
            "OPERATIONS_PORT": str(self.kept.ports[operations_of(name)]),
            "INSTANCE": "local",
            **{f"{other.upper()}_URL": self.url(other) for other in NAMES},
        }
        if stored:
            given["DATABASE_URL"] = self.database(name, databases.user(name))
            given |= {"KAFKA": self.kafka, "KAFKA_SECURITY": "SASL_PLAINTEXT"}
            given |= {"KAFKA_USER": name, "KAFKA_PASSWORD": self.kafka_password(name)}
        if name in self.kept.epochs:
            given["EPOCH"] = str(self.kept.epochs[name])
        if os.environ.get(TRACES):
            given["TRACE_FILE"] = str(self.home / "logs" / f"{name}.spans")
        own = {name: value for name, value in os.environ.items() if name.startswith(prefix) or name in OF_ALL}
        return {**{f"{prefix}{key}": value for key, value in given.items()}, **self._particular(name), **own}

    def _particular(self, name: str) -> Mapping[str, str]:
        if name == "lookup":
            return self._freshness(name)
        if name == "gateway":
            return {**COUNCIL, **OFFICE, "GATEWAY_SECRET": self.kept.secret("gateway")}
        if name == "identity":
            return {"IDENTITY_SEALING_KEY": sealing_key(self.kept.secret("identity_sealing"))}
        if name == "referrals":
            return {
                **OFFICE,
                "REFERRALS_SEALING_KEY": sealing_key(self.kept.secret("referrals_sealing")),
                "REFERRALS_FILES": str(self.home / "files"),
                **self._transfer(),
                **self._freshness(name),
                **self._mail(),
            }
        if name == "feed" and self.kept.extracts:
            return {"FEED_SOURCE": "ssd", "FEED_WAY": "extract", "FEED_EXTRACTS": str(self.kept.extracts)}
        if name == "feed":
            return {
                "FEED_CONNECT_URL": self.url("connect"),
                "FEED_CONNECT_USER": rest.USER,
                "FEED_CONNECT_PASSWORD": self.kept.secret(CONNECT),
                "FEED_CONNECTOR": json.dumps(self.connector()),
            }
        return {}

    def _transfer(self) -> dict[str, str]:
        """To the made-up council's case system, where there is one."""
        if self.kept.empty:
            return {}
        intake = databases.at(self.source_cluster, SOURCE, INTAKE, self.kept.secret(INTAKE))
        return {"REFERRALS_TRANSFER": "intake", "REFERRALS_TRANSFER_INTAKE_URL": intake}

    def _freshness(self, name: str) -> dict[str, str]:
        """An extract comes once a night: what it says is taken as current until the next one is two hours late."""
        return {f"{name.upper()}_FRESHNESS_LIMIT_S": str(NIGHTLY_LIMIT_S)} if self.kept.extracts else {}

    def _mail(self) -> dict[str, str]:
        """How referrals writes e-mails: to the demo's mail server, with links to this home's pages."""
        return {
            "REFERRALS_SMTP_HOST": LOOPBACK,
            "REFERRALS_SMTP_PORT": str(self.kept.ports[mail.NAME]),
            "REFERRALS_SMTP_TLS": "none",
            "REFERRALS_SMTP_FROM": mail.SENDER,
            "REFERRALS_PORTAL_URL": self.url("gateway"),
        }


def require_running(home: Path | None) -> tuple[Places, Run]:
    """The addresses of the portal that runs in this home, and its processes; raises NotRunning if none does."""
    folder = opened(home)
    run = RunFile(folder).read()
    if not run.alive:
        raise NotRunning(f"The portal does not run in {folder}: start it with `make run` or `portal up`.")
    return Places(folder, Remembered.open(folder)), run


def operations_of(service: str) -> str:
    """What the operations port of a service is called, in a home and in `portal status --json`."""
    return f"{service}_operations"


def identity_settings(places: Places) -> Settings:
    """The settings that identity runs with in this home."""
    variables = places.environment("identity", stored=True)
    return Settings.model_validate({name.removeprefix("IDENTITY_").lower(): at for name, at in variables.items()})


def sealing_key(secret: str) -> str:
    """32 bytes as identity and referrals want them: base64 of the URL alphabet."""
    return urlsafe_b64encode(sha256(secret.encode()).digest()).decode()
