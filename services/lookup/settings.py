"""What the lookup service is told from outside."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from shared.settings import ServiceSettings, prefix

FRESHNESS_LIMIT_S = 900
"""A quarter of an hour: long enough for a restart of the source, Connect or Kafka to pass without the portal giving
up its answers (all come back within minutes), short beside the working day in which a new allocation is acted upon."""


class Settings(ServiceSettings):
    model_config = prefix("lookup")

    freshness_limit_s: float = Field(default=FRESHNESS_LIMIT_S, gt=0)
    """Records older than this give no plain answer, only `not_current`."""

    @property
    def freshness_limit(self) -> timedelta:
        return timedelta(seconds=self.freshness_limit_s)
