"""Processes of a home: what one is, what runs now, on which ports, and the supervisor that starts them again."""
