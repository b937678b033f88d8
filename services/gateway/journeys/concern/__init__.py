"""Send a concern, an update or a request for early help: the gate, the telephone pages, one question a page, the check,
the confirmation. What is written is kept at referrals as a draft, page by page, until it is sent."""

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
        "parents_reason": "Why the parents or carers do not know or do not agree",
        "done_so_far": "What your school has done so far",
        "contact": "How to reach you",
    },
    written="rescue:written",
    over="asking:over",
    unanswered="sending:unanswered",
)
