"""Which revision a state gets next. Pure."""

EPOCH_BITS = 40
"""Of a revision: a million million in each epoch."""


def next_revision(stored: int, epoch: int) -> int:
    """One more than what is stored (0: nothing), and higher than every revision of an earlier epoch.

    The epoch is a setting of the state's owner, raised after its database was restored: revisions made since are higher
    than all that were emitted before the restore, so that nobody ignores them as old.
    """
    return max(stored, epoch << EPOCH_BITS) + 1
