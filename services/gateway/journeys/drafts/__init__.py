"""What a lead has begun to write: the list; one thrown away; one begun about a child who is not on the roll."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/drafts",
    roles=("lead", "headteacher"),
    link="Your drafts",
    order=2,
    carries={"described": "The child"},
    written="typed:written",
)
