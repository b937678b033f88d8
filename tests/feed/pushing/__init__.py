"""Rolls that schools upload: previewed, taken, held, undone."""
