"""Refusals: a no that is an answer, and is recorded like any other. No driver is imported, for manifests name them."""


class Refusal(Exception):
    """No, as an answer. The transaction commits what was emitted, and the refusal is raised on.

    The docstring of each subclass is the sentence that the caller is shown.
    """
