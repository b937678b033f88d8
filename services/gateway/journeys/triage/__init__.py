"""The triage officer's pages: the queue of referrals, one referral with its history, and what is done with it."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/referrals",
    roles=("triage_officer",),
    home_of=("triage_officer",),
    link="Referrals to decide",
    carries={
        "question": "Your question to the school",
        "for_school": "Your words to the school",
        "for_council": "Your reasons",
    },
    written="typed:written",
)
