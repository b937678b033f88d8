"""Catches up after a snapshot, begins again after a raised epoch, and forgets what is long over."""
