"""Sending a concern or an update, once, about a child of the school's roll."""
