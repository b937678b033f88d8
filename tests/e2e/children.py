"""The demo's known children, as these tests speak of them."""

from __future__ import annotations

from deploy.demo.cases import DemoCase, cases


def child(shows: str, about: str = "") -> DemoCase:
    """The first known child that shows this."""
    return next(case for case in cases() if case.shows == shows and about in case.about)


FOUND = child("found", "two workers")
EVERY = cases()
