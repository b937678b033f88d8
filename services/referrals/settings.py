"""What the referrals service is told from outside."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Self

from holidays import country_holidays
from pydantic import Field, model_validator

from services.referrals.working_days import Calendar
from shared.clock import FRESHNESS_LIMIT_S
from shared.sealing import SealingKey
from shared.settings import ServiceSettings, prefix

MB = 1024 * 1024
FILE_LIMIT_BYTES = 100 * MB
"""More than one file can ever be set to be; what comes beyond is cut."""
BODY_MAX_BYTES = 256 * 1024
"""A concern with every field at its full length fits in, whatever is written in it: a character of four bytes is twelve
as JSON escapes it."""


class Settings(ServiceSettings):
    model_config = prefix("referrals")

    sealing_key: SealingKey
    """32 random bytes, base64 (URL alphabet): seals drafts and attachments. Lost: nobody can read those any more."""

    files: Path = Path("/var/lib/portal/files")
    """The folder where attachments lie sealed: the same for every process of the service, and in its backups."""
    file_max_bytes: int = Field(default=20 * MB, ge=1, le=FILE_LIMIT_BYTES)
    draft_files_max: int = Field(default=10, ge=1, le=100)
    draft_files_max_bytes: int = Field(default=100 * MB, ge=1)
    """How large one file may be, how many may be attached to one concern, and how large all of them together."""
    clamd: str | None = Field(default=None, pattern=r"^(unix:/.+|[^/]+:[0-9]+)$")
    """Where ClamAV's clamd answers: "unix:/run/clamav/clamd.ctl" or "host:3310". Its StreamMaxLength must be at least
    `file_max_bytes`. None: nothing is scanned, and whoever opens a file is told so."""

    opens: time = time(9)
    """When the council's reception of referrals opens on a working day, London time."""
    closes: time = time(17)
    closed_on: frozenset[date] = frozenset()
    """The council's own days off, beside weekends and England's bank holidays, e.g. ["2026-12-29"]."""

    draft_days: int = Field(default=28, ge=1, le=365)
    """How long a draft is kept after it was last saved; then nothing of it is left."""

    freshness_limit_s: float = Field(default=FRESHNESS_LIMIT_S, gt=0)
    """A concern that is checked against a roll older than this is taken and marked: what is too old for a plain answer
    to a school is too old to confirm a roll."""

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self

    @property
    def draft_life(self) -> timedelta:
        return timedelta(days=self.draft_days)

    @property
    def freshness_limit(self) -> timedelta:
        return timedelta(seconds=self.freshness_limit_s)

    @property
    def calendar(self) -> Calendar:
        england = country_holidays("GB", subdiv="ENG")
        return Calendar(self.opens, self.closes, england.__contains__, self.closed_on)
