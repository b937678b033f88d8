"""Form tokens and sealed fields: for one page of one person, one sign-in and one school."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from fastapi import Request
from pydantic import SecretStr
from starlette.types import Message

from services.gateway.fields import Form, read
from services.gateway.frame.forms import FormOver, Forms, Holder
from services.gateway.journeys.concern.handed import About
from services.gateway.journeys.concern.rescue import DraftPage


def test_what_is_sealed_comes_back(forms: Forms, holder: Holder, draft: DraftPage, now: datetime) -> None:
    assert forms.open(holder, DraftPage, forms.seal(holder, draft, now), now) == draft


def test_a_seal_shows_nothing_of_the_child(forms: Forms, holder: Holder, about: About, now: datetime) -> None:
    raw = urlsafe_b64decode(forms.seal(holder, about, now))
    assert b"Canary" not in raw
    assert str(about.child_id).encode() not in raw


def test_two_seals_of_one_child_are_not_alike(forms: Forms, holder: Holder, about: About, now: datetime) -> None:
    assert forms.seal(holder, about, now) != forms.seal(holder, about, now)


@pytest.mark.parametrize("place", [0, 11, 12, 40, -1])
def test_a_changed_byte_is_refused(forms: Forms, holder: Holder, about: About, now: datetime, place: int) -> None:
    raw = bytearray(urlsafe_b64decode(forms.seal(holder, about, now)))
    raw[place] ^= 1
    with pytest.raises(FormOver):
        forms.open(holder, About, urlsafe_b64encode(raw).decode(), now)


@pytest.mark.parametrize("text", ["", "x", "=" * 40, "é" * 60, "AAAA" * 30])
def test_what_is_no_seal_is_refused(forms: Forms, holder: Holder, now: datetime, text: str) -> None:
    with pytest.raises(FormOver):
        forms.open(holder, About, text, now)


def test_a_seal_of_another_kind_is_refused(forms: Forms, holder: Holder, draft: DraftPage, now: datetime) -> None:
    with pytest.raises(FormOver):
        forms.open(holder, About, forms.seal(holder, draft, now), now)


@pytest.mark.parametrize("other", [{"account": uuid4()}, {"session": uuid4()}, {"acting": "lead@999002"}])
def test_a_seal_of_another_person_sign_in_or_school_is_refused(
    forms: Forms, holder: Holder, about: About, now: datetime, other: dict[str, object]
) -> None:
    sealed = forms.seal(holder, about, now)
    with pytest.raises(FormOver):
        forms.open(replace(holder, **other), About, sealed, now)  # type: ignore[arg-type]


def test_an_old_seal_is_refused(forms: Forms, holder: Holder, about: About, now: datetime) -> None:
    sealed = forms.seal(holder, about, now)
    assert forms.open(holder, About, sealed, now + timedelta(hours=4)) == about
    with pytest.raises(FormOver):
        forms.open(holder, About, sealed, now + timedelta(hours=4, seconds=1))


def test_a_seal_under_another_secret_is_refused(forms: Forms, holder: Holder, about: About, now: datetime) -> None:
    other = Forms(SecretStr("another secret, also of forty characters"), timedelta(hours=4))
    with pytest.raises(FormOver):
        other.open(holder, About, forms.seal(holder, about, now), now)


def test_a_token_is_of_one_sign_in_and_one_school(forms: Forms) -> None:
    token = forms.token("cookie", "lead@999001")
    forms.prove(token, "cookie", "lead@999001")
    for cookie, acting in [("other", "lead@999001"), ("cookie", "lead@999002"), ("cookie", "")]:
        with pytest.raises(FormOver):
            forms.prove(token, cookie, acting)


def test_a_token_is_another_each_time_and_each_is_good(forms: Forms) -> None:
    """A compressed page's length must tell nothing of it (BREACH)."""
    made = {forms.token("cookie", "lead@999001") for _ in range(20)}
    assert len(made) == 20
    assert all(forms.proves(token, "cookie", "lead@999001") for token in made)
    shared = set.intersection(*({token[at : at + 8] for at in range(0, 128, 8)} for token in made))
    assert shared == set()


def test_a_seal_says_why_it_can_be_used_no_more(forms: Forms, holder: Holder, about: About, now: datetime) -> None:
    sealed = forms.seal(holder, about, now)
    causes = [
        (replace(holder, acting="lead@999002"), now, "school"),
        (replace(holder, session=uuid4()), now, "sign_in"),
        (holder, now + timedelta(hours=5), "old"),
    ]
    for whose, when, why in causes:
        with pytest.raises(FormOver) as over:
            forms.open(whose, About, sealed, when)
        assert over.value.why == why


def test_no_token_is_refused(forms: Forms) -> None:
    with pytest.raises(FormOver):
        forms.prove("", "cookie")


def test_an_address_cannot_be_read_from_its_origin(forms: Forms) -> None:
    origin = forms.origin("192.0.2.7")
    assert "192.0.2.7" not in origin
    assert origin == forms.origin("192.0.2.7")
    assert origin != forms.origin("192.0.2.8")


def test_a_line_of_ipv6_is_one_origin_whatever_address_it_takes(forms: Forms) -> None:
    assert forms.origin("2001:db8:1:2::7") == forms.origin("2001:db8:1:2:ffff::1")
    assert forms.origin("2001:db8:1:3::7") != forms.origin("2001:db8:1:2::7")
    assert forms.origin("::ffff:192.0.2.7") == forms.origin("192.0.2.7")
    assert forms.origin("192.0.2.8") != forms.origin("192.0.2.7")


PARTS = 'Content-Disposition: form-data; name="password"\r\n\r\na\x00b\r\nc\rd'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", "password=a%00b%0D%0Ac%0Dd"),
        ("multipart/form-data; boundary=x", f"--x\r\n{PARTS}\r\n--x--\r\n"),
    ],
)
async def test_a_field_is_read_without_nul_which_is_noted_and_with_one_kind_of_line_end(kind: str, body: str) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    request = Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}, receive)
    form = await read(request)
    assert form == {"password": "ab\nc\nd"}
    assert form.left_out == {"password"}


PASTED = "caf\u00e9 \u201cno\u00adthing\u201d \u2013 a\u00a0coat\u2026\u200b\ufeff\u200d\tx\r\ny\x0bz\x0c."
"""As Word and web pages give it: soft hyphen, zero-width signs, dashes, a line break of its own, a page's end."""


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1f", "\x7f", "\x93", "\x85"])
def test_control_characters_are_left_out_and_noted_and_what_word_puts_in_is_not(control: str) -> None:
    form = Form()
    form.keep("concern", PASTED)
    form.keep("contact", f"a{control}b")
    assert form["concern"] == PASTED.replace("\r\n", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    assert form["contact"] == "ab"
    assert form.left_out == {"contact"}
