"""Over HTTPS: signed, idempotent, acknowledged at once, late, twice or never, by a real server with TLS."""

from __future__ import annotations

import email.parser
import email.policy
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response

from tests.referrals.transfer.world import KEY_SECRET, PUBLIC, Cases, OnItsWay, settings, told
from tests.referrals.world import WORDS

Reached = tuple[Cases, OnItsWay]


def parts(headers: dict[str, str], body: bytes) -> dict[str, bytes]:
    """What is in a multipart/form-data body, by name."""
    head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
    message: Any = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message.iter_parts()
    }


async def test_the_data_is_signed_and_vouches_for_the_pdf(over_https: Reached) -> None:
    cases, way = over_https
    reference = await way.made()
    await way.work()
    assert cases.asked == [("PUT", reference)]
    assert cases.headers[0]["authorization"] == "Bearer a token"
    sent = parts(cases.headers[0], cases.bodies[0])
    signed = jws.deserialize_compact(sent["referral"].decode(), PUBLIC, algorithms=["Ed25519"])
    data = json.loads(signed.payload)
    assert (data["reference"], data["concern"]) == (reference, WORDS)
    assert data["receipt"]["sha256"] == sha256(sent["receipt"]).hexdigest()
    assert sent["receipt"].startswith(b"%PDF-")
    assert signed.headers()["kid"] == PUBLIC.thumbprint()


async def test_it_is_acknowledged_at_once(over_https: Reached) -> None:
    cases, way = over_https
    cases.answers = [told("A-1", 201)]
    await way.made()
    assert (await way.round())["source_number"] == "A-1"


async def test_it_is_acknowledged_late_and_then_no_more_asked(over_https: Reached) -> None:
    cases, way = over_https
    cases.answers = [lambda: Response(status_code=202), lambda: Response(status_code=202), told("A-2")]
    reference = await way.made()
    states = [(await way.round())["state"] for _ in range(4)]
    assert states == ["sent", "sent", "acknowledged", "acknowledged"]
    assert cases.asked == [("PUT", reference), ("GET", reference), ("GET", reference)]


async def test_never_acknowledged_is_late_once_and_tried_on(over_https: Reached) -> None:
    cases, way = over_https
    await way.made()
    for _ in range(12):
        row = await way.round()
    assert (row["state"], len(cases.asked)) == ("sent", 12)


async def test_acknowledged_twice_keeps_the_first_number(over_https: Reached) -> None:
    """Somebody asked for it to be sent again while the answer was on its way."""
    cases, way = over_https
    cases.answers = [told("A-1"), told("A-9")]
    await way.made()
    await way.round()
    assert (await way.round())["source_number"] == "A-1"
    assert len(await way.kinds("TransferAcknowledged")) == 1


async def test_a_reference_that_is_not_there_is_put_again(over_https: Reached) -> None:
    cases, way = over_https
    cases.answers = [lambda: Response(status_code=202), lambda: Response(status_code=404), told("A-3")]
    reference = await way.made()
    for _ in range(3):
        row = await way.round()
    assert row["source_number"] == "A-3"
    assert cases.asked == [("PUT", reference), ("GET", reference), ("PUT", reference)]


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (lambda: Response(status_code=500), "away"),
        (lambda: Response(status_code=429), "away"),
        (lambda: Response(status_code=404), "refused"),
        (lambda: Response(status_code=403), "refused"),
        (lambda: Response(status_code=302, headers={"location": "https://elsewhere.example/"}), "refused"),
        (lambda: Response("<html>", 200), "unreadable"),
        (lambda: Response('{"number": ""}', 200), "unreadable"),
        (lambda: Response("9" * 20_000, 200), "unreadable"),
        (lambda: Response('{"number": "\\u0000\\u200b"}', 200), "unreadable"),
        (lambda: Response('{"number": true}', 200), "unreadable"),
    ],
)
async def test_any_other_answer_is_no_acknowledgement(over_https: Reached, answer: Any, trouble: str) -> None:
    cases, way = over_https
    cases.answers = [answer, told("A-4")]
    await way.made()
    row = await way.round()
    assert (row["state"], row["trouble"]) == ("waiting", trouble)
    assert (await way.round())["source_number"] == "A-4"


@pytest.mark.parametrize(
    ("said", "number"), [(4711, "4711"), ("CS\x00-1", "CS-1"), (" CS\n1\u202e ", "CS 1")], ids=["4711", "NUL", "lines"]
)
async def test_whatever_a_source_calls_a_number_is_kept_as_one_line(
    over_https: Reached, said: str | int, number: str
) -> None:
    cases, way = over_https
    cases.answers = [lambda: JSONResponse({"number": said})]
    await way.made()
    row = await way.round()
    assert (row["state"], row["source_number"]) == ("acknowledged", number)


async def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(over_https: Reached) -> None:
    cases, way = over_https
    way.settings = settings(
        transfer="https", transfer_url=f"https://localhost:{cases.port}/referrals", transfer_key=KEY_SECRET
    )
    await way.made()
    assert (await way.round())["trouble"] == "away"
    assert cases.asked == []


@pytest.mark.parametrize(
    "said",
    [
        {"transfer": "https", "transfer_url": "http://cases.example/", "transfer_key": KEY_SECRET},
        {"transfer": "https", "transfer_url": "https://cases.example/"},
        {"transfer": "intake"},
        {"transfer": "folder"},
    ],
)
def test_settings_that_cannot_work_stop_the_service_from_starting(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs more settings"):
        settings(**said)


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    made = settings(transfer="folder", transfer_folder=str(tmp_path), transfer_token=SecretStr("hush"))
    assert "hush" not in repr(made)
