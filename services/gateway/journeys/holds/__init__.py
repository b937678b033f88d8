"""The data protection officer orders that a referral be kept whatever its age, and lets it go again."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/holds",
    roles=("data_protection_officer",),
    link="Legal holds",
    order=1,
    carries={"why": "Why it must be kept"},
    written="routes:written",
)
