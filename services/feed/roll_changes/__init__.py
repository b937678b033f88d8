"""What a roll file would change of a school's roll, before anything is changed. Pure."""
