"""The data protection officer's pages: who looked at what."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/record",
    roles=("data_protection_officer",),
    home_of=("data_protection_officer",),
    link="Who looked at what",
)
