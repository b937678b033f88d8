"""Send a concern or update about a child who was found: the gate, the telephone pages, one form, the check, the
confirmation."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/concern",
    roles=("lead", "headteacher"),
    carries={
        "call": "Your call",
        "concern": "What has happened",
        "child_said": "What the child said",
        "family": "Who else is in the family",
        "done_so_far": "What your school has done so far",
        "parents_reason": "Why the parents or carers do not know",
        "contact": "How to reach you",
    },
    written="draft:written",
)
