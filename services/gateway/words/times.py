"""Dates and times as people in England say them. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shared.clock import LONDON


def clock(moment: datetime) -> str:
    return moment.astimezone(LONDON).strftime("%H:%M")


def day(value: date) -> str:
    return f"{value.day} {value.strftime('%B %Y')}"


def moment(value: datetime, now: datetime) -> str:
    """14:02 today · 14:02 yesterday · 14:02 on 3 April 2026."""
    then, today = value.astimezone(LONDON).date(), now.astimezone(LONDON).date()
    near = {today: "today", today - timedelta(days=1): "yesterday"}
    return f"{clock(value)} {near.get(then, f'on {day(then)}')}"


def due(value: datetime) -> str:
    """14:02 on Tuesday 24 November 2026."""
    local = value.astimezone(LONDON)
    return f"{clock(value)} on {local.strftime('%A')} {day(local.date())}"


def stamp(value: datetime) -> str:
    """3 April 2026 14:02:11."""
    local = value.astimezone(LONDON)
    return f"{day(local.date())} {local.strftime('%H:%M:%S')}"
