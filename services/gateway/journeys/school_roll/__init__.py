"""A school uploads its roll: sees what would change, takes it, and can take it back."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/school-roll",
    roles=("account_administrator", "headteacher"),
    link="Your school's roll",
    order=5,
    carries={"reason": "Why"},
    written="routes:written",
)
