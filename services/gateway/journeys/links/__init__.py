"""Whether a roll's record and one of social care are of one child, for a person at the council to decide."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/links",
    roles=("data_protection_officer",),
    link="Children with two records",
    order=3,
)
