"""The triage officer finds, in the council's records, the child whom a school could only describe."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/linking", roles=("triage_officer",))
