"""What the lookup service is told from outside."""

from datetime import timedelta

from pydantic import Field

from shared.clock import FRESHNESS_LIMIT_S
from shared.settings import ServiceSettings, prefix


class Settings(ServiceSettings):
    model_config = prefix("lookup")

    freshness_limit_s: float = Field(default=FRESHNESS_LIMIT_S, gt=0)
    """Records older than this give no plain answer, only `not_current`."""
    follow_days: int = Field(default=90, ge=1)
    """For how long after a search its maker is told of other workers, where the school's agreement has that option."""

    @property
    def follow(self) -> timedelta:
        return timedelta(days=self.follow_days)

    @property
    def freshness_limit(self) -> timedelta:
        return timedelta(seconds=self.freshness_limit_s)
