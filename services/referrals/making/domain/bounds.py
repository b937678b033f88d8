"""How long the texts of a referral may be, in characters as shared/typed.py counts them. Pure."""

CONCERN_MAX = 4000
TEXT_MAX = 2000
CONTACT_MAX = 200
NUMBER_MAX = 40
NAME_MAX = 1000  # no bound of ours: whatever the council's records have as a name
