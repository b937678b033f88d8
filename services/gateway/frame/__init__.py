"""The gateway's front door: one file for each journey."""

from services.gateway.http import about, concern, find, record, referral, sign_in

routers = (sign_in.router, find.router, concern.router, record.router, referral.router, about.router)
