"""Forms that no page of ours sends: a charset that fails or takes its time, and every other way of being malformed."""

from __future__ import annotations

import time

import httpx
import pytest

from services.gateway.fields import FIELDS_MAX

PART = b'--x\r\ncontent-disposition: form-data; name="upn"\r\n\r\n%b\r\n--x--\r\n'
CHARSETS = ["idna", "punycode", "utf-7", "utf-16", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "hex",
            "zlib", "rot13", "base64", "cp037", "none", "", '"utf-8', "\u00e9"]  # fmt: skip
VALUES = [b"B801200005001", b"\xff\xfe\x00", b"x" * 50_000, b"xn--" * 10_000, b"." * 50_000, b"\\N{" * 9_000]
TYPES = [
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=y",
    f"multipart/form-data; boundary={'x' * 5_000}",
    "multipart/form-data; boundary*=utf-8''x",
    "multipart/form-data; boundary=x; charset*=idna''x; charset*0=i",
    "multipart/form-data" + "; a=b" * 2_000,
    "multipart/mixed; boundary=x",
    "application/x-www-form-urlencoded; charset=idna",
    "application/json",
    "text/plain",
    "nonsense",
    ";",
]


async def sent(browser: httpx.AsyncClient, said: str, body: bytes) -> int:
    began = time.process_time()
    response = await browser.post("/sign-in", content=body, headers={"content-type": said.encode()})
    assert time.process_time() - began < 2
    return response.status_code


@pytest.mark.parametrize("charset", CHARSETS)
async def test_a_form_in_a_hostile_charset_is_refused(browser: httpx.AsyncClient, charset: str) -> None:
    for value in VALUES:
        assert await sent(browser, f"multipart/form-data; boundary=x; charset={charset}", PART % value) == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "us-ascii"])
async def test_a_form_in_our_own_charset_is_read(browser: httpx.AsyncClient, charset: str) -> None:
    said = f"multipart/form-data; boundary=x; charset={charset}"
    assert await sent(browser, said, PART % b"x") == 403  # read, and without its proof


@pytest.mark.parametrize("said", TYPES, ids=lambda said: said[:50])
async def test_a_form_of_whatever_type_is_no_fault_of_ours(browser: httpx.AsyncClient, said: str) -> None:
    for body in (
        PART % b"x",
        b"a=b",
        b"",
        b"--x\r\n" * 9_000,
        b"--x\r\ncontent-disposition: form-data\r\n\r\n\r\n--x--",
    ):
        assert await sent(browser, said, body) in (400, 403)


@pytest.mark.parametrize(
    "body",
    [
        b"&".join(b"f%d=x" % n for n in range(6_000)),
        b"&" * 60_000,
        b"a=" * 30_000,
        b"a=%zz%" * 9_000,
        PART[:-7] * (FIELDS_MAX + 1) + b"--x--\r\n",
        b"--x\r\n" + b"a: b\r\n" * 9_000 + b"\r\n\r\n--x--\r\n",
        b'--x\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n\r\n--x--\r\n',
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_a_form_of_very_many_parts_is_bounded(browser: httpx.AsyncClient, body: bytes) -> None:
    said = "multipart/form-data; boundary=x" if body.startswith(b"--x") else "application/x-www-form-urlencoded"
    assert await sent(browser, said, body) in (400, 403)
