"""The school's side of a referral: what it has sent, where each stands, and the answer to what the council asks."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/sent",
    roles=("lead", "headteacher"),
    link="Concerns we have sent",
    order=1,
    carries={"answer": "Your answer"},
    written="typed:written",
)
