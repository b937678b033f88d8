"""The tests of `portal rebuild`."""
