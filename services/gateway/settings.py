"""The gateway's settings. Teams, telephone numbers and hours are the council's; none has a default."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from services.gateway import words
from services.gateway.words import Line, in_order
from shared.office_hours import DaysOff, Hours, OfficeHours, in_england, of_portal
from shared.settings import ServiceSettings, prefix

BODY_MAX_BYTES = 4 * 1024 * 1024
"""Of one form: room for much more than its limits, which count characters, so that what is too long can come back."""

UPLOAD_MAX_BYTES = 128 * 1024 * 1024
"""Of a form with a file: more than any file may have. Its sender is told so, and a browser shows what it is told only
when it was let send all of it."""


class Settings(ServiceSettings):
    model_config = prefix("gateway")

    lookup_url: str = "http://127.0.0.1:8002"
    referrals_url: str = "http://127.0.0.1:8003"
    audit_url: str = "http://127.0.0.1:8004"
    feed_url: str = "http://127.0.0.1:8005"

    secret: SecretStr = Field(min_length=32)
    """What hidden fields and form tokens are made with; the same for every process of the gateway."""
    seal_life_s: int = Field(default=4 * 60 * 60, ge=60, le=24 * 60 * 60)
    """How long a page that carries a child may be left open before its form is refused."""
    call_timeout_s: float = Field(default=5.0, gt=0, le=30)
    """How long one call to another service may take."""

    service_name: str = "Schools Child Portal"
    council: str = "the council"
    """How the council is called in a sentence: "Hampshire County Council"."""
    team: str
    """The team that schools call about any child, as in "Call the children's reception team"."""
    phone: str
    hours: Annotated[str, AfterValidator(words.hours)]
    """When that team answers, as in "Monday to Thursday, 8:30am to 5pm"."""
    office_hours: Hours = of_portal("OFFICE_HOURS")
    """The same for a program, as in "Mo-Th 08:30-17:00; Fr 08:30-16:30", London time; closed on England's bank
    holidays. The pages name the number first that answers now."""
    closed_on: DaysOff = of_portal("CLOSED_ON", "[]")
    out_of_hours_phone: str
    escalation_name: str | None = None
    """Who answers to a school when nobody has acknowledged its concern in time: "the head of the children's reception
    team". None of the three set: the team and the out-of-hours number."""
    escalation_phone: str | None = None
    """It answers in the team's hours."""
    escalation_email: str | None = None
    support_email: str | None = None
    support_phone: str | None = None
    """Where to ask about the portal itself: never the team's number, which is for children. One of them must be set."""
    privacy_email: str | None = None
    """The council's data protection officer."""

    def address_of(self, service: str) -> str:
        """Where a service is asked: the setting that bears its name."""
        return str(getattr(self, f"{service}_url"))

    @model_validator(mode="after")
    def _somebody_supports(self) -> Self:
        if not (self.support_email or self.support_phone):
            raise ValueError("Set GATEWAY_SUPPORT_EMAIL or GATEWAY_SUPPORT_PHONE: whom to ask about the portal itself")
        return self

    @model_validator(mode="after")
    def _somebody_is_named(self) -> Self:
        if bool(self.escalation_name) != bool(self.escalation_phone or self.escalation_email):
            raise ValueError("Set GATEWAY_ESCALATION_NAME with GATEWAY_ESCALATION_PHONE or GATEWAY_ESCALATION_EMAIL")
        return self

    def open_at(self, moment: datetime) -> bool:
        """Whether the team's own number is answered then; else the out-of-hours number is."""
        return _opening(self.office_hours, self.closed_on).open_at(moment)

    def lines(self, moment: datetime, own: Sequence[Line] = ()) -> list[Line]:
        """The numbers to call then, the one that answers first: a child's `own` before the council's."""
        team = Line(whose=self.team[:1].upper() + self.team[1:], phone=self.phone, hours=self.hours)
        return in_order([*own, team, self._night], self.open_at(moment))

    def escalation(self, moment: datetime) -> list[Line]:
        """Whom to call when the council has not acknowledged a concern in time, the number that answers then first."""
        name, phone = self.escalation_name, self.escalation_phone
        if not (name and phone):
            return self.lines(moment)
        contact = Line(whose=name[:1].upper() + name[1:], phone=phone, hours=self.hours)
        return in_order([contact, self._night], self.open_at(moment))

    @property
    def _night(self) -> Line:
        return Line(whose="Out of hours", phone=self.out_of_hours_phone, out_of_hours=True)


@cache
def _opening(hours: str, closed_on: frozenset[date]) -> OfficeHours:
    return in_england(hours, closed_on)
