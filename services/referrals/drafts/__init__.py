"""What a lead has written so far, kept page by page until it is sent, thrown away, or its time is over."""
