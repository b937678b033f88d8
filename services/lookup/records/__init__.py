"""What is kept of the feed's states, and by what a search finds a child in them."""
