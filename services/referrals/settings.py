"""What the referrals service is told from outside."""

from datetime import time, timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from services.referrals.mail_server import MailServer, MailTls
from services.referrals.sealed_files import SealedFiles
from services.referrals.working_days import Calendar
from shared.clock import FRESHNESS_LIMIT_S
from shared.contracts.referrals.lists import CaseSystemWay
from shared.names import fold
from shared.office_hours import DaysOff, Hours, in_england, of_portal
from shared.sealing import SealingKey, bytes_of
from shared.settings import ServiceSettings, prefix

MB = 1024 * 1024
FILE_LIMIT_BYTES = 100 * MB
"""More than one file can ever be set to be; what comes beyond is cut."""
BODY_MAX_BYTES = 256 * 1024
"""A concern with every field at its full length fits in, whatever is written in it: a character of four bytes is twelve
as JSON escapes it."""
OFFICE_HOURS = "Mo-Fr 09:00-17:00"
OPENS, CLOSES = time(9), time(17)
WORKING_DAYS = 5


class Settings(ServiceSettings):
    model_config = prefix("referrals")

    sealing_key: SealingKey
    """32 random bytes, base64 (URL alphabet): seals drafts and attachments. Lost: nobody can read those any more."""

    files: Path = Path("/var/lib/portal/files")
    """The folder where attachments lie sealed: the same for every process of the service, and in its backups."""
    file_max_bytes: int = Field(default=20 * MB, ge=1, le=FILE_LIMIT_BYTES)
    draft_files_max: int = Field(default=10, ge=1, le=100)
    draft_files_max_bytes: int = Field(default=100 * MB, ge=1)
    """How large one file may be, how many may be attached to one concern, and how large all of them together."""
    clamd: str | None = Field(default=None, pattern=r"^(unix:/.+|[^/]+:[0-9]+)$")
    """Where ClamAV's clamd answers: "unix:/run/clamav/clamd.ctl" or "host:3310". Its StreamMaxLength must be at least
    `file_max_bytes`. None: nothing is scanned, and whoever opens a file is told so."""

    office_hours: Hours = of_portal("OFFICE_HOURS", OFFICE_HOURS)
    """When the council's reception of referrals is open, London time: "Mo-Th 08:30-17:00; Fr 08:30-16:30"."""
    opens: time | None = None
    closes: time | None = None
    """As `office_hours` was set before, for Monday to Friday: understood where that is not set here."""
    closed_on: DaysOff = of_portal("CLOSED_ON", "[]")

    draft_days: int = Field(default=28, ge=1, le=365)
    """How long a draft is kept after it was last saved; then nothing of it is left."""

    smtp_host: str | None = None
    """The council's mail server; None: no e-mail is sent, and the metric portal_notices_off is 1."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: MailTls = "starttls"
    """`starttls` (port 587), `tls` (from the first byte, port 465), or `none`: for a server on this machine."""
    smtp_ca_file: str | None = None
    """PEM file of the authorities that may vouch for it; None: those of the machine."""
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    """From which address e-mails come; nobody reads answers to it."""
    portal_url: str | None = Field(default=None, pattern=r"^https?://[^/]+/?$")
    """Where people open the portal's pages, for the links in e-mails: https://portal.council.example."""
    triage_mailbox: str | None = None
    """Who is told of new referrals; None: every triage officer."""
    team_mailboxes: dict[str, str] = Field(default_factory=dict)
    """Where each team is told which schools have searched for its children: by the team's name, as JSON. A team that is
    not named is not told. Only schools count whose agreement has the option `team_told`."""
    keep_referrals_days: int | None = Field(default=None, ge=1)
    """How long a referral is kept after it was decided and the council's case system has acknowledged it; then nothing
    of it is left. None: for ever, and the metric portal_kept_referrals says so. With transfer `none` there is no
    acknowledgement, so nothing is deleted either."""
    keep_attachments_days: int | None = Field(default=None, ge=1)
    """The same for its attachments alone. None: as long as the referral."""

    freshness_limit_s: float = Field(default=FRESHNESS_LIMIT_S, gt=0)
    """A concern that is checked against a roll older than this is taken and marked: what is too old for a plain answer
    to a school is too old to confirm a roll."""

    transfer: CaseSystemWay = "none"
    """How a referral reaches the council's case system; none: it does not, and officers are told so."""
    transfer_late_s: float = Field(default=900, gt=0)
    """A referral that the case system has not acknowledged after so long is late: listed, counted, told as a fact."""
    transfer_intake_url: SecretStr = SecretStr("")
    """For `intake`: DSN of the case system's database, as a role that may use its intake table and nothing else."""
    transfer_url: str = ""
    """For `https`: the address below which each referral is put, as https://cases.council.example/referrals."""
    transfer_token: SecretStr = SecretStr("")
    """For `https`: sent as a bearer token, if there is one."""
    transfer_key: SecretStr = SecretStr("")
    """For `https`: what signs the data, a private JWK (RFC 7517) of kind OKP, curve Ed25519."""
    transfer_ca_file: str | None = None
    """For `https`: PEM file of the authorities that may vouch for it; None: those of the machine."""
    transfer_folder: str = ""
    """For `folder`: where both can write."""

    @model_validator(mode="after")
    def _transfer_is_whole(self) -> Self:
        needs = {
            "intake": self.transfer_intake_url.get_secret_value(),
            "https": self.transfer_url.startswith("https://") and self.transfer_key.get_secret_value(),
            "folder": self.transfer_folder,
        }
        if not needs.get(self.transfer, True):
            raise ValueError(f"transfer {self.transfer} needs more settings")
        return self

    @model_validator(mode="after")
    def _has_working_days(self) -> Self:
        if (self.opens or self.closes) and "office_hours" in self.model_fields_set:
            raise ValueError("Set REFERRALS_OFFICE_HOURS and no more REFERRALS_OPENS and REFERRALS_CLOSES")
        if (self.opens or OPENS) >= (self.closes or CLOSES):
            raise ValueError("REFERRALS_OPENS must be before REFERRALS_CLOSES")
        if not any(self.calendar.office.week[:WORKING_DAYS]):
            raise ValueError("REFERRALS_OFFICE_HOURS must be open on a day from Monday to Friday")
        return self

    @model_validator(mode="after")
    def _writes_as_somebody(self) -> Self:
        if self.smtp_host and not (self.smtp_from and self.portal_url):
            raise ValueError("A mail server needs REFERRALS_SMTP_FROM and REFERRALS_PORTAL_URL too")
        if self.smtp_user and self.smtp_tls == "none":
            raise ValueError("A password for the mail server goes over TLS only")
        return self

    def mailbox_of(self, team: str) -> str | None:
        """The mailbox of the team of this name, however that is spelled; None: none is set."""
        return next((mailbox for named, mailbox in self.team_mailboxes.items() if fold(named) == fold(team)), None)

    @property
    def mail_server(self) -> MailServer | None:
        if self.smtp_host is None:
            return None
        return MailServer(
            self.smtp_host, self.smtp_port, self.smtp_tls, self.smtp_from or "", self.smtp_user, self.smtp_password,
            self.smtp_ca_file,
        )  # fmt: skip

    @property
    def sealed_files(self) -> SealedFiles:
        return SealedFiles(self.files, bytes_of(self.sealing_key))

    @property
    def draft_life(self) -> timedelta:
        return timedelta(days=self.draft_days)

    @property
    def keep_referrals(self) -> timedelta | None:
        return timedelta(days=self.keep_referrals_days) if self.keep_referrals_days else None

    @property
    def keep_attachments(self) -> timedelta | None:
        return timedelta(days=self.keep_attachments_days) if self.keep_attachments_days else None

    @property
    def transfer_limit(self) -> timedelta:
        return timedelta(seconds=self.transfer_late_s)

    @property
    def freshness_limit(self) -> timedelta:
        return timedelta(seconds=self.freshness_limit_s)

    @property
    def calendar(self) -> Calendar:
        hours = self.office_hours
        if self.opens or self.closes:
            hours = f"Mo-Fr {self.opens or OPENS:%H:%M}-{self.closes or CLOSES:%H:%M}"
        return Calendar(in_england(hours, self.closed_on))
