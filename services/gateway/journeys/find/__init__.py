"""Find a child on the school's roll: two forms, and the answer."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/find",
    roles=("lead", "headteacher"),
    home_of=("lead", "headteacher"),
    link="Find a child",
    over="routes:over",
    unrecorded="routes:not_recorded",
)
