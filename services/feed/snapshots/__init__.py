"""Takes snapshots that are pushed: everything of a moment, whole or not at all."""
