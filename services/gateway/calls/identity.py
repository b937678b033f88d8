"""Identity: signing in and out, who is signed in, and which role and school they act for."""

from services.gateway.calls.http import Client, Nothing
from shared.contracts.identity import ChallengeGiven, Place, Proved, Session, SignedInPerson

EMAIL_MAX, PASSWORD_MAX = 320, 256
"""Characters that a sign-in may have; docs/openapi/identity.json has the same."""


class Identity(Client, service=Session.owner):
    """Identity makes the tokens, so it is asked without one: with the session's secret, or with nothing."""

    async def sign_in(self, email: str, password: str, device: str = "") -> str:
        """A challenge for the code; `device`: the secret by which identity knows this browser.

        Raises Refused: sign-in-refused, too-many-tries.
        """
        pair = {"email": email, "password": password}
        reply = await self.send(ChallengeGiven, "POST", "/sign-ins", json=pair, headers=_named(device))
        return reply.challenge

    async def prove_code(self, challenge: str, code: str, device: str = "") -> Proved:
        """Raises Refused: code-refused, code-used, challenge-over, too-many-tries."""
        body = {"challenge": challenge, "code": code}
        return await self.send(Proved, "POST", "/sign-ins/code", json=body, headers=_named(device))

    async def person(self) -> SignedInPerson:
        """Who is signed in. Raises SignedOff."""
        return await self.send(SignedInPerson, "GET", "/session", bearer=self.behalf.session)

    async def act_for(self, place: Place) -> SignedInPerson:
        """Raises Refused where the role is not held any more."""
        body = {"role": place.role, "school": place.school}
        return await self.send(SignedInPerson, "PUT", "/session/acting", bearer=self.behalf.session, json=body)

    async def sign_out(self) -> None:
        await self.send(Nothing, "DELETE", "/session", bearer=self.behalf.session)


def _named(device: str) -> dict[str, str]:
    return {"x-device": device} if device else {}
