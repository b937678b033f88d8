"""What of the council's data cannot be used, for those who mend it in the case system."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/left-out",
    roles=("data_protection_officer",),
    link="Data that cannot be used",
    order=2,
)
