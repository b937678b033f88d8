"""What a browser keeps for us: opaque secrets under names that no other host can set, and why a sign-in ended."""

from starlette.responses import Response

SESSION, VISIT, LEFT = "__Host-session", "__Host-visit", "__Host-left"
"""The sign-in, a sign-in form's, and why the last sign-in of this browser ended."""


def keep(response: Response, name: str, value: str, life_s: int | None = None) -> None:
    """Strict: no other site's link or form may bring the session along, and no page here is reached from one."""
    response.set_cookie(name, value, max_age=life_s, path="/", secure=True, httponly=True, samesite="strict")


def drop(response: Response, *names: str) -> None:
    for name in names:
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")


def signed_out(response: Response, why: str) -> Response:
    """The sign-in is over in this browser; its other tabs are told why."""
    drop(response, SESSION)
    if why != "absent":
        keep(response, LEFT, why)
    return response
