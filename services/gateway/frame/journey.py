"""What the rest of the gateway knows of a journey: a pure value, from which homes, navigation and error pages derive.

A journey is a folder under journeys/ whose `__init__.py` states `journey`. By convention it has `routes.py` with
`router`, `templates/`, and, if its templates need words of their own, `words.py`, which they know as `own`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from shared.contracts import Role
from shared.contracts.identity import ActingPlace, AgreementOption


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One journey. `over`, `unrecorded`, `unanswered` and `written` name functions of its own folder, as "routes:over".

    `over` (Visit, why -> Response or None, awaited or not): its form once more, when the page was of another school or
    sign-in; None: the error page is shown, with what was typed.
    `unrecorded` (Visit -> Response): its page for a form that a service could not record, and so did not answer.
    `unanswered` (Visit -> Response or None): its page for a form without words of its own that nobody answered.
    `written` (Visit -> Writing): what a person wrote into its forms, so that no error page loses it.
    `first` (Visit -> Response or None, awaited): what somebody is shown before their home, when they have signed in or
    go there; None: nothing.
    """

    package: str
    """Its folder, as `__name__` of its `__init__.py` says it."""
    start: str
    """The path of its first page."""
    roles: tuple[Role, ...] = ()
    """Who may use it; none named: whoever its routes let in."""
    home_of: tuple[Role, ...] = ()
    """Whose first page it is after signing in; each role has one home."""
    option: AgreementOption | None = None
    """It is for schools alone whose agreement has this option; its service refuses the others."""
    link: str | None = None
    """What its first page is called in the navigation of `roles`; None: it does not stand there."""
    order: int = 0
    """Where it stands in the navigation: the lowest first."""
    footer: Mapping[str, str] = field(default_factory=dict)
    """Pages that stand at the foot of every page: path and name."""
    carries: Mapping[str, str] = field(default_factory=dict)
    """Fields whose words an error page must give back, in their order, and what it calls them."""
    over: str | None = None
    unrecorded: str | None = None
    unanswered: str | None = None
    written: str | None = None
    first: str | None = None

    def is_for(self, acting: ActingPlace) -> bool:
        """Whether it is for somebody who acts so."""
        return acting.role in self.roles and (self.option is None or self.option in acting.options)

    @property
    def name(self) -> str:
        return self.package.rpartition(".")[2]

    @property
    def templates(self) -> Path:
        return Path(import_module(self.package).__path__[0]) / "templates"

    @property
    def router(self) -> APIRouter:
        router: APIRouter = self.part("routes:router")
        return router

    @property
    def words(self) -> ModuleType | None:
        """What its templates know as `own`."""
        name = f"{self.package}.words"
        return import_module(name) if find_spec(name) else None

    def part(self, reference: str) -> Any:
        """What stands in its folder under "module:name"."""
        module, _, name = reference.partition(":")
        return getattr(import_module(f"{self.package}.{module}"), name)


@dataclass(frozen=True)
class Journeys:
    """All journeys of the portal."""

    every: Sequence[Journey]

    def home(self, role: Role) -> str:
        """The path at which somebody acting in this role starts."""
        return next((journey.start for journey in self.every if role in journey.home_of), "/start")

    def links(self, acting: ActingPlace | None) -> list[Journey]:
        """The navigation of somebody who acts so; nothing before a role is chosen."""
        found = [journey for journey in self.every if acting and journey.link and journey.is_for(acting)]
        return sorted(found, key=lambda journey: (journey.order, journey.name))

    def firsts(self, acting: ActingPlace) -> list[Journey]:
        """Those that may have something to show to somebody who acts so before their home."""
        return [journey for journey in self.every if journey.first and journey.is_for(acting)]

    @property
    def footer(self) -> dict[str, str]:
        return {path: name for journey in self.every for path, name in journey.footer.items()}

    @property
    def carries(self) -> dict[str, str]:
        return {name: label for journey in self.every for name, label in journey.carries.items()}

    def of(self, request: Request) -> Journey | None:
        """Whose route a request is for; None: nobody's."""
        module = getattr(request.scope.get("endpoint"), "__module__", "")
        return next((journey for journey in self.every if module.startswith(f"{journey.package}.")), None)
