"""What the council tells headteachers."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/notices", roles=("headteacher",), link="Notices", order=1)
