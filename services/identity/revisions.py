"""Which revision the next state of a session, an account or a school gets."""

from __future__ import annotations

EPOCH_BITS = 40


def next_revision(stored: int, epoch: int) -> int:
    """One more than what is stored, and at least the first revision of `epoch` (a setting, raised after a restore).

    So revisions made after a restore are higher than all that were emitted before it, and nobody ignores them as old.
    """
    return max(stored + 1, epoch << EPOCH_BITS)
