"""Keeps the source's rows as they are now, and hands on whose state may have changed."""
