"""What a school has sent: the list, one in full, the answer to a question."""
