"""What nobody at the council has acknowledged in time: it is noticed, told and counted."""
