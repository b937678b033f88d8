"""What the referrals service is told from outside."""

from __future__ import annotations

from datetime import date, time
from typing import Self

from holidays import country_holidays
from pydantic import model_validator

from services.referrals.domain import Calendar
from shared.settings import ServiceSettings, prefix


class Settings(ServiceSettings):
    model_config = prefix("referrals")

    opens: time = time(9)
    """When the council's reception of referrals opens on a working day, London time."""
    closes: time = time(17)
    closed_on: frozenset[date] = frozenset()
    """The council's own days off, beside weekends and England's bank holidays, e.g. ["2026-12-29"]."""

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self

    @property
    def calendar(self) -> Calendar:
        england = country_holidays("GB", subdiv="ENG")
        return Calendar(self.opens, self.closes, england.__contains__, self.closed_on)
