"""The triage officer's pages: one referral, opened by its reference."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/referral",
    roles=("triage_officer",),
    home_of=("triage_officer",),
    link="Open a referral",
)
