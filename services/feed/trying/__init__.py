"""Tries an extract without a database: what would be taken, linked and left out, before anything is."""
