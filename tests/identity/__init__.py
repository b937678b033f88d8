"""Signing in, sessions, tokens and accounts, on a real PostgreSQL."""
