"""A file that was sent with a referral is opened: by a triage officer, or by the school that sent it."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/attached", roles=("triage_officer", "lead", "headteacher"))
