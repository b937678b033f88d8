"""What the audit service is told from outside."""

from shared.settings import ServiceSettings, prefix


class Settings(ServiceSettings):
    model_config = prefix("audit")
