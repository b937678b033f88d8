"""About the portal itself: help, privacy, accessibility, cookies; and the first page of roles that have no other."""

from services.gateway.frame.journey import Journey

journey = Journey(
    package=__name__,
    start="/start",
    home_of=("account_administrator", "operator"),
    footer={
        "/help": "Help and contact",
        "/privacy": "Privacy",
        "/accessibility": "Accessibility",
        "/cookies": "Cookies",
    },
)
