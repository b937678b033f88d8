"""What has not reached the council's case system, and the button that sends it again."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/transfers", roles=("triage_officer",), link="Into the case system", order=5)
