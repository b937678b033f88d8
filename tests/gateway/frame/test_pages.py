"""Every page's headers; who is turned away; what a page says when something is wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from jinja2 import UndefinedError, nodes

from services.gateway import words
from services.gateway.files import BUILT
from services.gateway.frame.cookies import SESSION, VISIT
from services.gateway.frame.forms import Forms, Holder, Rescued
from services.gateway.journeys import discovered
from services.gateway.journeys.concern.rescue import DraftPage
from services.gateway.settings import BODY_MAX_BYTES
from tests.gateway import world
from tests.gateway.frame.templates import ENVIRONMENT, SOURCES

PAGE = f"/concern/{uuid4()}/what-has-happened"
OPEN = ["/sign-in", "/help", "/privacy", "/accessibility", "/cookies", "/signed-out", "/nowhere"]


@pytest.mark.parametrize("path", OPEN)
async def test_every_page_has_its_headers(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "form-action 'self'; frame-ancestors 'none'; base-uri 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", OPEN)
async def test_every_page_has_one_heading_and_a_title(browser: httpx.AsyncClient, path: str) -> None:
    page = (await browser.get(path)).text
    assert page.count("<h1") == 1
    heading = re.findall(r"<h1[^>]*>(.+?)</h1>", page)[0]
    assert f"<title>{heading} – Schools Child Portal</title>" in page
    assert "999" in page


@pytest.mark.parametrize("template", SOURCES)
def test_no_template_has_script_or_style_in_it(template: str) -> None:
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", SOURCES[template])


@pytest.mark.parametrize("template", SOURCES)
def test_no_template_passes_raw_html(template: str) -> None:
    """A macro's `html` is not escaped: only a block of our own markup, set in the same template, may be given to it."""
    text = SOURCES[template]
    assert "| safe" not in text
    given = set(re.findall(r'"html": (\w+)', text))
    assert given <= set(re.findall(r"{% set (\w+) %}", text))
    assert not re.search(r'"\w+Html"', text)


FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
PROOFS = ("proof()", 'carry("token", leaving)', 'name="token" value="{{ leaving }}"')
SEALED = {"/typed": 'carry("kept", kept)'}
"""Forms of an earlier sign-in, whose sealed field is the proof instead."""


@pytest.mark.parametrize("template", SOURCES)
def test_every_form_carries_the_proof_that_it_is_ours(template: str) -> None:
    """What the macros `proof`, and `leaving` for a form that no role was chosen for, put into it: see guards.py."""
    forms = FORM.findall(SOURCES[template])
    assert len(forms) == len(re.findall('<form method="post"', SOURCES[template]))
    for action, inside in forms:
        assert SEALED[action] in inside if action in SEALED else any(proof in inside for proof in PROOFS), action


@pytest.mark.parametrize(
    "source",
    ["{{ own.NOEN }}", "{{ no_such_thing }}", "{% if no_such_thing %}{% endif %}", "{{ values.upn }}"],
)
def test_a_name_that_nothing_has_is_no_empty_text(source: str) -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string(source).render(own=world, values={})


@pytest.mark.parametrize("path", ["/start", "/school"])
async def test_a_page_for_every_role_is_for_nobody_who_is_not_signed_in(browser: httpx.AsyncClient, path: str) -> None:
    response = await browser.get(path)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


async def test_nobody_chooses_a_school_without_signing_in(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/school", data={"place": "lead@999001"})
    assert response.status_code == 401
    assert "What you typed has not been sent" in response.text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code"])
async def test_a_sign_in_from_another_site_is_refused(browser: httpx.AsyncClient, path: str) -> None:
    response = await browser.post(path, data={"email": "a@b.example", "password": "x", "code": "123456"})
    assert response.status_code == 403
    assert "Nothing was sent" in response.text


async def test_the_cookie_is_for_this_host_only(browser: httpx.AsyncClient) -> None:
    cookie = (await browser.get("/sign-in")).headers["set-cookie"]
    assert cookie.startswith(f"{VISIT}=")
    for part in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


async def test_a_service_that_is_away_gives_the_telephone_route(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in")
    token = re.findall(r'name="token" value="([0-9a-f]+)"', page.text)[0]
    response = await browser.post("/sign-in", data={"token": token, "email": "a@b.example", "password": "x"})
    assert response.status_code == 503
    assert "Sorry, something went wrong" in response.text
    assert "01632 960 100" in response.text
    assert response.headers["x-correlation-id"] in response.text


async def test_help_can_be_read_with_identity_away(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/help", headers={"cookie": f"{SESSION}=anything"})
    assert response.status_code == 200


async def test_an_empty_sign_in_says_what_to_mend(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in")
    token = re.findall(r'name="token" value="([0-9a-f]+)"', page.text)[0]
    response = await browser.post("/sign-in", data={"token": token})
    assert response.status_code == 422
    assert "<title>Error: " in response.text
    assert 'href="#email"' in response.text
    assert 'href="#password"' in response.text


async def test_a_page_that_is_not_there_says_so(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/children/Canary")
    assert response.status_code == 404
    assert "Page not found" in response.text
    assert "Canary" not in response.text


async def test_a_page_that_opens_only_from_another_says_so(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/concern")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert "This page opens only from the page before it" in response.text


@pytest.mark.parametrize("charset", ["utf-16", "idna", "zlib", "no-such"])
async def test_a_form_in_another_charset_than_ours_is_refused(browser: httpx.AsyncClient, charset: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="upn"\r\n\r\n\xff\xfe\r\n--x--\r\n'
    form = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
    response = await browser.post("/find", content=body, headers=form)
    assert response.status_code == 400


async def test_a_form_with_too_many_fields_is_refused(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/find", data={f"field{n}": "x" for n in range(200)})
    assert response.status_code == 400


async def test_too_long_a_form_is_answered_with_a_page(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/concern/check", data={"concern": "x" * BODY_MAX_BYTES})
    assert response.status_code == 413
    assert "This is too long to send" in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")


async def test_files_are_for_ever_and_only_those_that_are_named(browser: httpx.AsyncClient, app: FastAPI) -> None:
    version = app.state.files.version
    style = await browser.get(f"/static/{version}/portal.css")
    assert style.status_code == 200
    assert "immutable" in style.headers["cache-control"]
    for path in (f"/static/{version}/app.py", "/static/old/portal.css", f"/static/{version}/..%2Fapp.py"):
        assert (await browser.get(path)).status_code == 404


def test_the_style_has_nothing_of_the_crowns() -> None:
    style = (BUILT / "portal.css").read_text()
    assert not re.search(r"GDS Transport|crest|crown|url\(", style)
    assert "MIT License" in (BUILT / "LICENCE.txt").read_text()


def test_every_class_of_the_templates_has_a_style() -> None:
    """Those of whole parts and of rows have none in GOV.UK Frontend either."""
    style = (BUILT / "portal.css").read_text()
    bare = r"govuk-(checkboxes|radios|panel__body|table__(head|body|row))"
    pages = [*BUILT.parent.glob("**/*.html")]
    used = {name for page in pages for name in re.findall(r"govuk-[a-z][\w-]*", page.read_text())}
    assert used
    assert [name for name in sorted(used) if f".{name}" not in style and not re.fullmatch(bare, name)] == []


def test_what_a_template_names_of_the_words_is_there() -> None:
    """`own` are its journey's, `words` everybody's: a page that is shown seldom would find out only then."""
    own = {journey.name: journey.words for journey in discovered().every}
    absent = []
    for name, source in SOURCES.items():
        named = {"own": own.get(name.partition("/")[0]), "words": words}
        for node in ENVIRONMENT.parse(source).find_all(nodes.Getattr):
            of = getattr(node.node, "name", "")
            if of in named and not hasattr(named[of], node.attr):
                absent.append(f"{name}: {of}.{node.attr}")
    assert absent == []


def test_a_long_name_above_a_heading_never_widens_a_page() -> None:
    for style in (BUILT / "portal.css", BUILT.parent / "assets" / "portal.scss"):
        assert re.search(r"\.govuk-caption-l,[^{}]*\{\s*overflow-wrap: ?break-word", style.read_text()), style


async def test_what_was_typed_is_kept_for_its_writer_alone(
    browser: httpx.AsyncClient, app: FastAPI, holder: Holder, draft: DraftPage
) -> None:
    forms: Forms = app.state.forms
    now = datetime.now(UTC)
    sealed = forms.seal(holder, draft, now)
    response = await browser.post(PAGE, data={"draft": sealed, "concern": "Canary words"})
    assert response.status_code == 401
    assert "Canary" not in response.text
    kept = re.findall(r'name="kept" value="([^"]+)"', response.text)[0]
    whose, what = forms.peek(Rescued, kept, now)
    assert (whose.account, what.typed["concern"]) == (holder.account, "Canary words")


async def test_nothing_is_kept_of_a_form_that_is_not_ours(browser: httpx.AsyncClient) -> None:
    response = await browser.post(PAGE, data={"draft": "made up", "concern": "Canary words"})
    assert 'name="kept"' not in response.text


async def test_what_was_written_is_kept_while_nobody_answers(
    browser: httpx.AsyncClient, app: FastAPI, holder: Holder, draft: DraftPage
) -> None:
    sealed = app.state.forms.seal(holder, draft, datetime.now(UTC))
    fields = {"draft": sealed, "concern": "Canary words"}
    response = await browser.post(PAGE, data=fields, headers={"cookie": f"{SESSION}=anything"})
    assert response.status_code == 503
    assert "It is kept on this page" in response.text
    kept = re.findall(r'name="kept" value="([^"]+)"', response.text)[0]
    whose, what = app.state.forms.peek(Rescued, kept, datetime.now(UTC))
    assert (whose.account, what.typed["concern"]) == (holder.account, "Canary words")


async def test_what_was_written_on_a_page_left_open_too_long_is_kept_too(
    browser: httpx.AsyncClient, app: FastAPI, holder: Holder, draft: DraftPage
) -> None:
    sealed = app.state.forms.seal(holder, draft, datetime.now(UTC) - timedelta(hours=9))
    response = await browser.post(PAGE, data={"draft": sealed, "concern": "Canary words"})
    assert response.status_code == 401
    assert 'name="kept"' in response.text


async def test_one_can_sign_out_while_nobody_answers(browser: httpx.AsyncClient, app: FastAPI) -> None:
    token = app.state.forms.token("a session")
    response = await browser.post("/sign-out", data={"token": token}, headers={"cookie": f"{SESSION}=a session"})
    assert "We could not finish signing you out" in response.text
    assert re.search(f'{SESSION}="";.*Max-Age=0', response.headers["set-cookie"])


async def test_a_sign_out_from_another_page_than_ours_ends_nothing(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/sign-out", data={"token": "0" * 64}, headers={"cookie": f"{SESSION}=a session"})
    assert response.status_code == 503  # whose it is was asked, to say so; nobody answers
    assert "set-cookie" not in response.headers
    assert "signing you out" not in response.text


async def test_the_start_page_does_not_say_signed_out_to_whom_nobody_can_name(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/", headers={"cookie": f"{SESSION}=anything"})
    assert response.status_code == 503
    assert "01632 960 199" in response.text


async def test_a_browser_does_not_say_whose_act_a_request_is(browser: httpx.AsyncClient) -> None:
    claimed = "00000000-0000-4000-8000-000000000007"
    response = await browser.get("/help", headers={"x-correlation-id": claimed})
    assert response.headers["x-correlation-id"] != claimed
