"""Changed since you looked: which of the children that one has searched for have other workers now, or none."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/changed",
    roles=("lead", "headteacher"),
    option="changed_since",
    link="Changed since you looked",
    order=2,
    first="routes:first",
)
