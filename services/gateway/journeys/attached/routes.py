"""The files of a referral: which there are, and each, handed on as it comes. A browser saves it and runs nothing."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.attachments import Attachments
from services.gateway.frame.guards import signed_in
from services.gateway.frame.rendering import HEADERS
from services.gateway.frame.visit import Visit
from services.gateway.journeys.attached import journey

router = APIRouter(prefix=journey.start, include_in_schema=False)

SAVED: Mapping[str, str] = {**HEADERS, "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
"""Whatever it is, it is no page of ours: where a browser shows it all the same, it has no origin and no script."""
PASSED_ON = ("content-type", "content-length", "content-disposition")


@router.get("/{reference}")
async def get_list(reference: str, visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    """Which files were sent with it. That they were shown is recorded."""
    try:
        found = await Attachments(visit.behalf).of_referral(reference)
    except Refused as refused:
        return _not_given(visit, refused)
    return visit.show("attached/list", "Files", found=found, reference=reference)


@router.get("/{reference}/{attachment}")
async def get_attached(
    reference: str, attachment: str, visit: Annotated[Visit, signed_in(*journey.roles)]
) -> Response:  # fmt: skip
    """It is recorded before its first byte."""
    try:
        came = await Attachments(visit.behalf).content(reference, _id(attachment))
    except Refused as refused:
        return _not_given(visit, refused)
    headers = {name: came.headers[name] for name in PASSED_ON if name in came.headers}
    return StreamingResponse(_pieces(came), headers={**headers, **SAVED})


def _not_given(visit: Visit, refused: Refused) -> Response:
    if refused.status == 409:
        return visit.show("attached/not_readable", "This file cannot be opened", 409)
    raise HTTPException(404) if refused.status in (404, 422) else refused


async def _pieces(came: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in came.aiter_raw():
            yield piece
    finally:
        await came.aclose()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(404) from None
