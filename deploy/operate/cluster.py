"""The Kafka that an operator's commands are about, as its operator: from PORTAL_KAFKA and the settings beside it."""

from __future__ import annotations

import os

from pydantic import ValidationError

from deploy.trouble import Trouble
from shared.log.kafka import Cluster
from shared.settings import KafkaSettings, prefix


class OperatorSettings(KafkaSettings):
    """Whoever makes topics, users and access lists, and looks at dead letters: PORTAL_KAFKA, PORTAL_KAFKA_USER, …"""

    model_config = prefix("portal")


def given() -> Cluster | None:
    """The cluster that the environment names; None if it names none. Trouble says which settings are wrong."""
    if not os.environ.get("PORTAL_KAFKA"):
        return None
    try:
        return Cluster.of(OperatorSettings())
    except ValidationError as error:
        names = sorted({f"portal_{fault['loc'][0]}".upper() for fault in error.errors(include_input=False)})
        raise Trouble(f"These settings are missing or wrong: {', '.join(names)}.") from None
