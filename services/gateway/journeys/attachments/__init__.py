"""Files that a lead adds to a concern before it is sent, and takes away again."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/concern-files", roles=("lead", "headteacher"))
