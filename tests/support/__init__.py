"""What tests of every service stand on: real engines, a fresh database per test, a signed-in caller."""
