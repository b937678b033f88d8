"""The feed's settings, read once from FEED_… ."""

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings, prefix

ROLL_MAX_BYTES = 40 * 2**20
"""Of a request with a roll file: a little more than a file may have, so that its sender is told why in words."""

PUSH_MAX_BYTES = 16 * 2**20
"""Of a batch of children that is pushed."""


class Settings(ServiceSettings):
    """What the feed needs besides what every service needs."""

    model_config = prefix("feed")

    sources: Path | None = None
    """A file that names several sources to be read at once (docs/decisions/0057); none: one, by the two below."""
    source: str = "council"
    """The folder under services/feed/sources with the rules for what the source's rows mean."""
    way: str = "capture"
    """The folder under services/feed/ways with the way by which its rows come."""
    connect_url: str = ""
    """Kafka Connect's REST interface, e.g. http://127.0.0.1:8083; empty: somebody else watches the connector."""
    connect_user: str = "portal"
    connect_password: SecretStr = SecretStr("")
    """With what that interface is asked (HTTP Basic); empty: it asks for no password."""
    connector_name: str = "portal"
    connector: dict[str, SecretStr] = Field(default_factory=dict)
    """The connector's whole configuration, as JSON (deploy.connect makes it); empty: only watched."""
    connectors: dict[str, dict[str, SecretStr]] = Field(default_factory=dict)
    """The same of each by its source's name, where several sources are captured."""
    epoch: int = Field(default=1, ge=1, lt=1 << 22)
    """High bits of every revision. Raise it by one after the feed's database was restored from a copy, after Kafka was
    lost, or when the source moved to another server: a new snapshot is taken and everything is emitted anew."""
    extracts: Path | None = None
    """The folder in which a council's extracts are laid down, one folder each (FEED_WAY=extract)."""
    fuse_share: float = Field(default=0.1, gt=0, le=1)
    """An extract that would close, move or drop more than this share of a table's rows waits for a person's release."""
    roll_drop_share: float = Field(default=0.25, gt=0, le=1)
    """A school's upload by which more than this share of its roll would leave needs a second press and a reason."""
    fuse_rows: int = Field(default=20, ge=1)
    """Fewer rows than this hold nothing, unless they are all."""
