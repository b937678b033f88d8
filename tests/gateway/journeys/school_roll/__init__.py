"""The pages of a school's roll."""
