"""What an e-mail says: that there is something about a referral to read, by its reference, and where. Pure.

No name of anybody, no word of a concern, no school: an e-mail lies in many places and is forwarded.
"""

from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit
from uuid import UUID

from services.referrals.notices.domain.notice import Notice, Recipient
from shared.clock import LONDON
from shared.contracts.referrals import NoticeKind

SAYS: Mapping[NoticeKind, tuple[str, str, str]] = {
    "made": (
        "New referral {reference}",
        "A school has sent the referral {reference}. It is to be acknowledged by {due}.",
        "/referral/{reference}",
    ),
    "answered": (
        "Answer about referral {reference}",
        "The school has answered what it was asked about the referral {reference}.",
        "/referral/{reference}",
    ),
    "acknowledged": (
        "{reference}: received",
        "Children's services have received what your school sent under the reference {reference}.",
        "/sent/{reference}",
    ),
    "asked": (
        "{reference}: a question for your school",
        "Children's services have a question about what your school sent under the reference {reference}. They need "
        "your answer before they decide.",
        "/sent/{reference}",
    ),
    "decided": (
        "{reference}: decided",
        "Children's services have decided about what your school sent under the reference {reference}.",
        "/sent/{reference}",
    ),
    "overdue": (
        "{reference}: not acknowledged in time",
        "Children's services should have acknowledged what your school sent under the reference {reference} by {due}, "
        "and have not. The page says whom to call.",
        "/sent/{reference}",
    ),
}
"""Of each kind its subject, its sentence, and the page that it leads to."""
READ = "Sign in to read it: {url}"
FOOT = (
    "This message was sent by the Schools Child Portal. Nobody reads answers to it: do not write about a child in an "
    "e-mail.",
    "If a child is in immediate danger, call 999.",
)


def letter(notice: Notice, to: Recipient, sender: str, portal: str, now: datetime) -> EmailMessage:
    """The message, as text and as HTML. `portal`: the address of the pages, as https://portal.council.example."""
    subject, sentence, path = (text.format(**_said(notice)) for text in SAYS[notice.kind])
    url = portal.rstrip("/") + path
    message = headed(subject, to.address, sender, notice.message_id(to.account), portal, now)
    message.set_content("\n\n".join([sentence, READ.format(url=url), *FOOT]) + "\n")
    message.add_alternative(_html(subject, sentence, url), subtype="html")
    return message


def headed(subject: str, to: str, sender: str, message_id: UUID, portal: str, now: datetime) -> EmailMessage:
    """A message without its text. Raises ValueError: that cannot be an address."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = _header(to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{_host(portal)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _said(notice: Notice) -> dict[str, str]:
    local = notice.due_at.astimezone(LONDON)
    due = f"{local:%H:%M} on {local:%A} {local.day} {local:%B %Y}"
    return {"reference": notice.reference, "due": due}


def _header(address: str) -> Address:
    """Raises ValueError: it cannot be an address."""
    try:
        return Address(addr_spec=address)
    except (MessageError, IndexError):
        raise ValueError("no address") from None


def _host(portal: str) -> str:
    return urlsplit(portal).hostname or "localhost"


def _html(subject: str, sentence: str, url: str) -> str:
    link = f'<a href="{escape(url)}">Sign in to read it</a>'
    paragraphs = "".join(f"<p>{each}</p>" for each in (escape(sentence), link, *map(escape, FOOT)))
    title = f'<meta charset="utf-8"><title>{escape(subject)}</title>'
    return f'<!DOCTYPE html><html lang="en-GB"><head>{title}</head><body>{paragraphs}</body></html>\n'
