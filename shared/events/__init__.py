"""Events on their way: from the outbox to the log (relay), and from the log to what a service makes of them."""
