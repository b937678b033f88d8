"""Where a referral stands at the council, and each step that brought it there: one place for all who act."""
