"""The children of the school's roll who have an allocated worker, as a list, a page at a time."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/roll",
    roles=("lead", "headteacher"),
    option="roll_list",
    link="Children with a worker",
    order=3,
    over="routes:over",
    unrecorded="routes:not_recorded",
)
