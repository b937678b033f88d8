"""What the gateway's pages say of the demo council: its name, its team, and numbers that nobody answers."""

COUNCIL = {
    "GATEWAY_COUNCIL": "Demo County Council",
    "GATEWAY_TEAM": "the children's reception team",
    "GATEWAY_PHONE": "01632 960 100",  # 01632 960 is kept for drama by Ofcom: nobody answers
    "GATEWAY_HOURS": "Monday to Thursday, 8:30am to 5pm, and Friday, 8:30am to 4:30pm",
    "GATEWAY_OUT_OF_HOURS_PHONE": "01632 960 199",
    "GATEWAY_ESCALATION_NAME": "Head of the children's reception team",
    "GATEWAY_ESCALATION_PHONE": "01632 960 150",
    "GATEWAY_ESCALATION_EMAIL": "reception.head@example.org",
    "GATEWAY_SUPPORT_EMAIL": "portal.support@example.org",
    "GATEWAY_SUPPORT_PHONE": "01632 960 300",
}
"""Settings of the gateway, here and in docker-compose.yml."""
OFFICE = {"PORTAL_OFFICE_HOURS": "Mo-Th 08:30-17:00; Fr 08:30-16:30"}
"""The hours of its reception: of the gateway, whose pages name the number that answers, and of referrals, which count
working days."""
