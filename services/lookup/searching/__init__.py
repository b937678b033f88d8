"""A question about a child: how it is decided, its one SQL statement, its record."""
