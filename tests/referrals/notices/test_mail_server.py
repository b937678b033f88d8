"""The mail server is reached as it is set: over TLS that somebody vouches for, its password never in the clear."""

from __future__ import annotations

import ssl
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr, ValidationError

from deploy.operate.certificates import make
from services.referrals.settings import Settings
from tests.referrals.notices.conftest import Post, Sink

KEY = SecretStr(urlsafe_b64encode(b"r" * 32).decode())
SECRET = "Canary of a password"
ANOTHER = {"smtp_ca_file": None}
"""The machine's own authorities, of which none has signed for the test's server."""


def certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A server's own for localhost, and the file of the authority that vouches for it."""
    make(folder, folder, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "localhost.pem")
    return context, str(folder / "ca.pem")


def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
    right = isinstance(said, LoginPassword) and (said.login, said.password) == (b"portal", SECRET.encode())
    return AuthResult(success=right, handled=False)


@pytest.fixture
async def guarded(sink: Sink, tmp_path: Path) -> dict[str, Any]:
    """A server that takes nothing before STARTTLS and a password; how it is reached."""
    context, authority = certificate(tmp_path)
    await sink.close()
    await sink.open(tls_context=context, require_starttls=True, auth_required=True, authenticator=knows)
    return {
        "smtp_host": "localhost", "smtp_port": sink.port, "smtp_tls": "starttls", "smtp_ca_file": authority,
        "smtp_user": "portal", "smtp_password": SecretStr(SECRET),
    }  # fmt: skip


async def test_over_starttls_with_a_password_messages_are_taken(post: Post, guarded: dict[str, Any]) -> None:
    await post.made()
    await post.hear()
    await post.tell(**guarded)
    assert post.sink.to == ["nadia", "otto"]


@pytest.mark.parametrize(
    "wrong",
    [ANOTHER, {"smtp_password": SecretStr("another")}, {"smtp_host": "127.0.0.1"}, {"smtp_tls": "tls"}],
    ids=["an authority that we do not trust", "password", "another name", "TLS from the first byte"],
)
async def test_a_server_that_is_not_the_one_is_told_nothing_and_all_waits(
    post: Post, guarded: dict[str, Any], wrong: dict[str, Any]
) -> None:
    await post.made()
    await post.hear()
    await post.tell(**{**guarded, **wrong})
    assert post.sink.to == []
    await post.later()
    await post.tell(**guarded)
    assert post.sink.to == ["nadia", "otto"]


async def test_a_server_without_tls_is_written_to_only_where_that_is_set(post: Post) -> None:
    await post.made()
    await post.hear()
    await post.tell(smtp_tls="starttls")
    assert post.sink.to == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_from": None},
        {"portal_url": None},
        {"portal_url": "https://portal.example.org/?child=1"},
        {"smtp_tls": "none", "smtp_user": "portal"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    right = {"smtp_host": "mail.example.org", "smtp_from": "p@example.org", "portal_url": "https://portal.example.org"}
    assert Settings(sealing_key=KEY, **right).mail_server  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Settings(sealing_key=KEY, **{**right, **wrong})
