"""The DfE's API as the council's sender knows it: a token for a client's secret, and batches of children.

What it answers is what that sender looks for: one line for each child that was taken; else sentences that begin with
the place of an element in square brackets. A batch is taken whole or not at all; it is answered when it is kept.
"""

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote_plus
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, Field

from services.feed.chosen import Chosen, named_by
from services.feed.pushing import commands
from services.feed.pushing.domain import (
    AREA,
    BATCH_PATH,
    LIST_PATH,
    PushForbidden,
    PushTokenRefused,
)
from services.feed.pushing.listing import ListName, Reasoned, take_list
from services.feed.refreshing.domain import Fuse
from services.feed.senders import store
from services.feed.senders.tokens import (
    TOKEN_S,
    PushClient,
    client_of,
    has_shown,
    is_signed,
    may_send,
    named_client,
    token,
)
from services.feed.settings import Settings
from services.feed.snapshots import commands as snapshots
from services.feed.ways.push.elements import Element
from services.feed.ways.push.payload import elements, parsed
from services.feed.ways.push.refused import PushRefused
from shared.database.tx import Cause, Tx
from shared.web.body import Body
from shared.web.guard import Anonymous, open_to_all, opened

router = APIRouter()

FORM = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
TOKEN_API: dict[str, Any] = {"requestBody": {"required": True, "content": FORM}}
ARRAY = {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}
BATCH_API: dict[str, Any] = {"requestBody": {"required": True, "content": ARRAY}}
FIELDS_MAX, REASON_MAX = 20, 500

Opened = Annotated[Anonymous[Settings], Depends(opened)]


@dataclass(frozen=True)
class Pushing(Anonymous[Settings]):
    """A request of a council's sender, which has shown its token and its SupplierKey."""

    client: PushClient

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        return self.database.transaction(Cause(self.client.id, self.correlation), self.doing)


async def pushing(
    opening: Opened,
    la_code: Annotated[str, Path(max_length=20)],
    authorization: Annotated[str, Header()] = "",
    supplierkey: Annotated[str, Header()] = "",
) -> Pushing:
    """Who sends. Its right may have ended since its token was given: that is asked each time."""
    scheme, _, shown = authorization.partition(" ")
    async with opening.transaction() as tx:
        client = await store.client(tx, client_of(shown.strip()))
    signed = is_signed(client, shown.strip(), int(tx.now.timestamp()))
    if client is None or scheme.lower() != "bearer" or not signed:
        raise PushTokenRefused
    if not may_send(client, supplierkey, la_code):
        raise PushForbidden
    return Pushing(opening.settings, opening.correlation, opening.database, opening.doing, client)


pushing.guards = True  # type: ignore[attr-defined]  # as shared/web/guard.py marks its own
Sender = Annotated[Pushing, Depends(pushing)]


@router.post("/oauth2/token", dependencies=[open_to_all], openapi_extra=TOKEN_API)
async def post_token(request: Request, opening: Opened) -> Response:
    """An access token for a client's id and secret (RFC 6749, 4.4), in the form or as HTTP Basic."""
    try:
        form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=FIELDS_MAX)
    except ValueError:  # more fields than any such form has
        return JSONResponse({"error": "invalid_request"}, 400)
    if form.get("grant_type") != ["client_credentials"]:
        return JSONResponse({"error": "unsupported_grant_type"}, 400)
    id, secret = _credentials(request.headers.get("authorization", ""), form)
    async with opening.transaction() as tx:
        client = await store.client(tx, named_client(id))
    if not has_shown(client, secret) or client is None:
        return JSONResponse({"error": "invalid_client"}, 401, {"www-authenticate": "Basic"})
    made = token(client, int(tx.now.timestamp()))
    return JSONResponse({"access_token": made, "token_type": "Bearer", "expires_in": TOKEN_S})


def _credentials(authorization: str, form: Mapping[str, list[str]]) -> tuple[str, str]:
    """(client_id, client_secret); empty where they are not there."""
    scheme, _, shown = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", [""])[0], form.get("client_secret", [""])[0]
    try:
        id, _, secret = b64decode(shown, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(id), unquote_plus(secret)


@router.post(BATCH_PATH, openapi_extra=BATCH_API)
async def post_children(
    request: Request, sender: Sender, portal_snapshot: Annotated[UUID | None, Header()] = None
) -> Response:
    """A batch of children as the DfE's API takes them: a delta, in which what is absent is unchanged. With
    Portal-Snapshot: of that snapshot, in which what is absent is not there."""
    chosen = pushed(sender.settings)
    try:
        found = await asyncio.to_thread(_read, await request.body())
        async with sender.transaction() as tx:
            if portal_snapshot:
                await snapshots.add(tx, chosen, portal_snapshot, found)
            else:
                await snapshots.give_way(tx, chosen)
                await commands.take(tx, chosen, found)
    except PushRefused as refused:
        return await _refused(sender, refused)
    return JSONResponse([f"{tx.now:%Y-%m-%d_%H:%M:%S.}{tx.now.microsecond // 10_000:02}_{uuid4()}.json" for _ in found])


def _read(raw: bytes) -> list[Element]:
    return elements(parsed(raw))


async def _refused(sender: Pushing, refused: PushRefused) -> Response:
    async with sender.transaction() as tx:
        await commands.refuse(tx, refused)
    return JSONResponse({"errors": refused.sentences}, 400)


class Begin(Body):
    """`complete_to`: of which moment it is."""

    complete_to: AwareDatetime


class Begun(BaseModel):
    """`snapshot`: goes with each of its batches, in the header Portal-Snapshot."""

    snapshot: UUID


class End(Body):
    """`children`: how many were sent in all."""

    children: Annotated[int, Field(ge=0)]


@router.post(f"{AREA}/snapshots")
async def post_snapshot(said: Begin, sender: Sender) -> Begun:
    """Begin a snapshot: everything, whatever was sent before."""
    async with sender.transaction() as tx:
        return Begun(snapshot=await snapshots.begin(tx, pushed(sender.settings), said.complete_to))


@router.post(f"{AREA}/snapshots/{{snapshot}}/end", status_code=202)
async def post_end(snapshot: UUID, said: End, sender: Sender) -> Response:
    """All of it has been sent. It is looked at, and taken whole, or held for a person: `portal source status`."""
    async with sender.transaction() as tx:
        await snapshots.end(tx, pushed(sender.settings), snapshot, said.children)
    return Response(status_code=202)


class AllSent(Body):
    """`complete_to`: everything that was so in the council's records by then has been sent."""

    complete_to: AwareDatetime


@router.post(f"{AREA}/complete", status_code=204)
async def post_complete(said: AllSent, sender: Sender) -> Response:
    """Everything has been sent: up to then the portal's answers are complete."""
    chosen = pushed(sender.settings)
    async with sender.transaction() as tx:
        await snapshots.give_way(tx, chosen)
        await commands.complete(tx, chosen, said.complete_to)
    return Response(status_code=204)


@router.post(LIST_PATH, status_code=204, openapi_extra=BATCH_API)
async def post_list(
    name: ListName, request: Request, sender: Sender, portal_reason: Annotated[str, Header(max_length=REASON_MAX)] = ""
) -> Response:
    """A whole list: `restricted` is an array of la_child_id, `staff` and `teams` are arrays of objects."""
    settings = sender.settings
    reasoned = Reasoned(Fuse(settings.fuse_share, settings.fuse_rows), portal_reason.strip() or None)
    try:
        found = await asyncio.to_thread(parsed, await request.body())
        async with sender.transaction() as tx:
            await take_list(tx, pushed(settings), name, found, reasoned)
    except PushRefused as refused:
        return await _refused(sender, refused)
    return Response(status_code=204)


def pushed(settings: Settings) -> Chosen:
    """What is read, where a part of it is pushed. Raises PushNotTaken."""
    chosen = named_by(settings)
    commands.strand_of(chosen)
    return chosen
