"""Where every service fetches the public keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.identity.keys import commands
from services.identity.settings import Settings
from shared.web.guard import Anonymous, open_to_all, opened

router = APIRouter(dependencies=[open_to_all])


class KeysPublished(BaseModel):
    keys: list[dict[str, Any]]


@router.get("/.well-known/jwks.json")
async def get_keys(opening: Annotated[Anonymous[Settings], Depends(opened)]) -> KeysPublished:
    """The public keys that access tokens are verified with."""
    async with opening.transaction() as tx:
        return KeysPublished(keys=await commands.published_keys(tx, opening.settings))
