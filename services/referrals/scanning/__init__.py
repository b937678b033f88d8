"""The scanner, which sees each file before anybody opens it."""
