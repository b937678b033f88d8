"""The list of children with an allocated worker."""
