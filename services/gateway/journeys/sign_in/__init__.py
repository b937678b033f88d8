"""Signing in with password and code, choosing the school, staying signed in, signing out."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/sign-in")
