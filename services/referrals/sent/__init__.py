"""What a school has sent: where each stands, what became of it, and the answer to what the council asked about it."""
