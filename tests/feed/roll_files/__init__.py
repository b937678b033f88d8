"""Roll files, read."""
