"""The council's mail server: how it is reached, and one message handed over to it by SMTP (RFC 5321)."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib
from pydantic import SecretStr

MailTls = Literal["starttls", "tls", "none"]
ANSWER_S = 10.0
"""In which the server must have answered each of our lines."""


class MailServerAway(Exception):
    """The mail server cannot be reached, cannot be trusted, or does not know us: nothing was handed over."""


class NotDelivered(Exception):
    """The mail server did not take a message for this address. The server's text, which may quote it, is left out.

    `code`: what SMTP answered, 550 say; None: the address cannot be written as SMTP wants it.
    """

    def __init__(self, code: int | None) -> None:
        super().__init__()
        self.code = code


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where it answers, and as whom we write. `tls`: `starttls` (port 587), `tls` from the first byte (465), or `none`,
    for a server on this machine. `user` None: it asks for no password. `ca_file` None: the machine's authorities."""

    host: str
    port: int
    tls: MailTls
    sender: str
    user: str | None = None
    password: SecretStr | None = None
    ca_file: str | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[OpenMail]:
        """A connection, signed in. Raises MailServerAway."""
        smtp = aiosmtplib.SMTP(
            hostname=self.host, port=self.port, timeout=ANSWER_S, use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls", tls_context=self._context(),
        )  # fmt: skip
        try:
            await smtp.connect()
            if self.user and self.password:
                await smtp.login(self.user, self.password.get_secret_value())
        except (aiosmtplib.SMTPException, OSError) as error:
            smtp.close()
            raise MailServerAway(type(error).__name__) from None
        try:
            yield OpenMail(smtp, self.sender)
        finally:
            with suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit()
            smtp.close()

    def _context(self) -> ssl.SSLContext | None:
        return None if self.tls == "none" else ssl.create_default_context(cafile=self.ca_file)


class OpenMail:
    """A connection to the mail server, over which messages go one after another."""

    def __init__(self, smtp: aiosmtplib.SMTP, sender: str) -> None:
        self._smtp, self._sender = smtp, sender

    async def send(self, message: EmailMessage, address: str) -> None:
        """Return when the server has taken it. Raises NotDelivered; MailServerAway if it went away meanwhile: then it
        may have taken it or not."""
        try:
            await self._smtp.send_message(message, sender=self._sender, recipients=[address])
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
            raise MailServerAway(type(error).__name__) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise NotDelivered(error.recipients[0].code if error.recipients else None) from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotDelivered(error.code) from None
        except (aiosmtplib.SMTPException, ValueError):
            raise NotDelivered(None) from None
