"""Signing in: a password, then a time code, and what keeps a stranger from guessing them."""
