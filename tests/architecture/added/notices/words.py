"""What the pages about notices call things."""

NONE = "There are no notices"
