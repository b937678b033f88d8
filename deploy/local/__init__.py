"""The whole portal on one bare machine: its home, its engines, its services; for trying out and for tests."""
