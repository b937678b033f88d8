"""The copy of a referral, for the school's or the council's own records: a page to print, and a PDF to save."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/receipt", roles=("triage_officer", "lead", "headteacher"))
