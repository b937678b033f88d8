"""The settings of identity, from environment variables."""

from datetime import timedelta

from pydantic import Field

from shared.sealing import SealingKey, bytes_of
from shared.settings import ServiceSettings, prefix


class Settings(ServiceSettings):
    model_config = prefix("identity")

    sealing_key: SealingKey
    """32 random bytes, base64 (URL alphabet): seals time-code secrets and signing keys. Lost: all must enrol again."""
    epoch: int = Field(default=1, ge=1, lt=4096)
    """Raise it by one after the database was restored from a backup: new revisions then exceed all old ones."""
    idle_minutes: int = Field(default=30, ge=1, le=240)
    """A session that nobody has used for this long is over."""
    life_hours: int = Field(default=12, ge=1, le=24)
    """A session is over after this long, used or not."""

    @property
    def sealing_bytes(self) -> bytes:
        return bytes_of(self.sealing_key)

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def life(self) -> timedelta:
        return timedelta(hours=self.life_hours)
