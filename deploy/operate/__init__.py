"""What production runs: topics, access lists, databases, ends of access, dead letters; nothing of one machine."""
