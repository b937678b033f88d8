"""Changed since you looked, in its pages."""
