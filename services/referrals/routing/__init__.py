"""Whose a referral is: the team that works with its child now, or the front door."""
