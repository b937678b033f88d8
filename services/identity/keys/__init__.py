"""The keys that access tokens are signed with and verified with."""
