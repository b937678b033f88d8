"""A refusal: no, as an answer, kept like any other. It knows no database, so that a manifest may name it."""

from __future__ import annotations


class Refusal(Exception):
    """No, as an answer. The transaction commits what was emitted, and the refusal is raised on.

    The docstring of each subclass is the sentence that the caller is shown.
    """
