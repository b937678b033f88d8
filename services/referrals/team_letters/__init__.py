"""E-mails to teams of workers: that schools have searched for children with whom they work, and never which child."""
