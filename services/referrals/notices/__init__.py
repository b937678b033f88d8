"""E-mails about referrals, to those who are to know: that there is something to read, and never what."""
