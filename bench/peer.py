"""`python -m bench.peer`: the least that could do such a thing: a token checked, one row inserted and committed.

The same token check, the same server and its settings as a service (shared/web/server.py), the same PostgreSQL; a bare
FastAPI route and a bare insert. No reading, no decision, no contract, no outbox, no trace, no metrics, no log line.
"""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import uvloop
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel

from shared.settings import ServiceSettings
from shared.web.server import server
from shared.web.tokens import Caller, Keys, TokenRefused

POOL_MAX = 8
TABLE = "CREATE TABLE IF NOT EXISTS kept (id uuid PRIMARY KEY, account uuid NOT NULL, body bytea NOT NULL)"


class PeerQuestion(BaseModel):
    upn: str
    purpose: str


class PeerAnswer(BaseModel):
    id: UUID


app = FastAPI(openapi_url=None)


async def caller(request: Request, authorization: Annotated[str, Header()] = "") -> Caller:
    try:
        found: Caller = await request.app.state.keys.caller(
            authorization.removeprefix("Bearer "), os.environ["PEER_AUDIENCE"]
        )
    except TokenRefused:
        raise HTTPException(401) from None
    return found


@app.post("/rows")
async def post_row(asked: PeerQuestion, who: Annotated[Caller, Depends(caller)], request: Request) -> PeerAnswer:
    id, state = uuid4(), request.app.state
    await state.pool.execute("INSERT INTO kept VALUES ($1, $2, $3)", id, who.account, state.body)
    return PeerAnswer(id=id)


@app.post("/bytes")
async def post_bytes(who: Annotated[Caller, Depends(caller)], request: Request) -> PeerAnswer:
    """The body as it came, in one row."""
    id = uuid4()
    await request.app.state.pool.execute("INSERT INTO kept VALUES ($1, $2, $3)", id, who.account, await request.body())
    return PeerAnswer(id=id)


@app.get("/readyz")
async def get_readiness() -> dict[str, Any]:
    return {"ready": True}


async def serve() -> None:
    async with (
        httpx.AsyncClient() as client,
        asyncpg.create_pool(os.environ["PEER_DSN"], min_size=0, max_size=POOL_MAX) as pool,
    ):
        await pool.execute(TABLE)
        app.state.keys, app.state.pool = Keys(os.environ["PEER_IDENTITY_URL"], client), pool
        app.state.body = b"x" * int(os.environ["PEER_ROW_BYTES"])
        await server(app, "bench", ServiceSettings(port=int(os.environ["PEER_PORT"]))).serve()


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())


if __name__ == "__main__":
    main()
