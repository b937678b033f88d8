"""Derives states from the rows that are kept, and emits those that changed."""
