"""What a service keeps of states, read anew from Kafka beside the live tables, put in their place (decision 0055)."""
