"""What docker-compose.yml is given from outside: a password for everybody who has one, and images by their digests."""

import json
import secrets
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from deploy.operate import acls
from deploy.trouble import Trouble
from shared.manifest import Service

PASSWORD_BYTES = 24
IMAGES = {
    "PORTAL_POSTGRES_IMAGE": "postgres:18",
    "PORTAL_KAFKA_IMAGE": "apache/kafka:4.3.1",
    "PORTAL_CONNECT_IMAGE": "quay.io/debezium/connect:3.5",
    "PORTAL_PYTHON_IMAGE": "python:3.11-slim-bookworm",
}


def passwords(services: Sequence[Service]) -> dict[str, str]:
    """A fresh one for each variable: hexadecimal, so that no URL, shell or Java setting takes a letter amiss."""
    roles = [f"{service.name}_{role}" for service in services if service.database for role in ("owner", "service")]
    kafka = [f"{name}_kafka" for name in (*acls.principals(services), acls.OPERATOR, acls.BROKER)]
    variables = [f"PORTAL_{name.upper()}_PASSWORD" for name in (*ENGINES, *roles, *kafka)]
    made = {name: secrets.token_hex(PASSWORD_BYTES) for name in (*variables, "PORTAL_GATEWAY_SECRET")}
    return made | {name: urlsafe_b64encode(secrets.token_bytes(32)).decode() for name in SEALING}


SEALING = ("PORTAL_SEALING_KEY", "PORTAL_REFERRALS_SEALING_KEY")
"""With what identity and referrals seal what they keep."""
ENGINES = ("postgres", "source", "capture", "connect", "intake")
"""PostgreSQL's administrator, the demo source's, as whom Debezium reads the source, who may ask Connect, and as whom
referrals are handed over to the source."""


def digests() -> dict[str, str]:
    """The images that this machine's Docker has pulled, by name and digest; Trouble if it has not pulled them."""
    return {variable: _digest(image) for variable, image in IMAGES.items()}


def _digest(image: str) -> str:
    command = ["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", image]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Trouble("There is no docker command on this machine.") from None
    found = json.loads(done.stdout) if done.returncode == 0 else []
    if not found:
        raise Trouble(f"Docker has not pulled {image} from a registry: pull it, try it, and ask again.")
    return f"{image}@{found[0].rpartition('@')[2]}"
