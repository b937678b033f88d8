"""What the visits service is told from outside."""

from __future__ import annotations

from shared.settings import ServiceSettings, prefix


class Settings(ServiceSettings):
    model_config = prefix("visits")
