"""Which record of a roll and which of social care are of one child."""
