"""A draft to which files are added."""

from __future__ import annotations

from tests.referrals.attachments.conftest import attaching

__all__ = ["attaching"]
