"""E-mails about referrals, through a real mail server."""
