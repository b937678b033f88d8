"""The children of the demo who show something: one for every outcome of a search, the same in every demo council."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from deploy.demo.upn import AUTHORITY, upn

Shows = Literal["found", "no_open_case", "not_on_roll", "call_team", "narrow"]


@dataclass(frozen=True, slots=True)
class Stay:
    """On the roll of the nth demo school, from and until so many days after today."""

    school: int = 0
    starts: int = -400
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A known child, and what the first demo school is answered when it asks about it."""

    shows: Shows
    about: str
    given_name: str
    family_name: str
    born: date
    upn: str
    former_upns: tuple[str, ...] = ()
    restricted: bool = False
    rolls: tuple[Stay, ...] = (Stay(),)
    case: Literal["open", "closed"] | None = None
    plan: str = "child_in_need"
    """Kept in the case system only: it must be found nowhere else."""
    workers: tuple[str, ...] = ()
    """Names of demo workers, lead first."""


@dataclass(frozen=True, slots=True)
class DemoWorker:
    """A worker whose state shows something; days are counted from today."""

    name: str
    job: Literal["social_worker", "support_worker"]
    phone: str | None
    left: int | None = None
    absent: int | None = None


def workers() -> tuple[DemoWorker, ...]:
    """The known workers, all of the first team; their source keys are 1, 2, 3 and so on."""
    return (
        DemoWorker("Ione Marlowick", "social_worker", "07700 900101"),
        DemoWorker("Dov Petherlane", "support_worker", "07700 900102"),
        DemoWorker("Sefa Quillbrook", "social_worker", None),
        DemoWorker("Marn Oldacre", "social_worker", "07700 900104", left=-20),
        DemoWorker("Tilde Fenwarren", "social_worker", "07700 900105"),
        DemoWorker("Rosk Hallowmere", "social_worker", "07700 900106", absent=21),
    )


def cases() -> tuple[DemoCase, ...]:
    """Every known child. The first is the one that `reallocate` moves to another worker."""
    return (*_found(), *_elsewhere(), *_namesakes())


def _found() -> tuple[DemoCase, ...]:
    lead = "Ione Marlowick"
    return (
        DemoCase("found", "two workers, lead first", "Mirela", "Thornwick", date(2014, 3, 5), _upn(1),
                 case="open", workers=(lead, "Dov Petherlane")),
        DemoCase("found", "a support worker only (early help)", "Corvin", "Alderfold", date(2012, 11, 19), _upn(2),
                 case="open", plan="early_help", workers=("Dov Petherlane",)),
        DemoCase("found", "a worker without a phone", "Tamwen", "Heronley", date(2015, 7, 28), _upn(3),
                 case="open", workers=("Sefa Quillbrook",)),
        DemoCase("found", "a worker who has left", "Jorith", "Sedgecombe", date(2013, 1, 31), _upn(4),
                 case="open", plan="looked_after", workers=("Marn Oldacre",)),
        DemoCase("found", "a worker who is away", "Yorlan", "Umberstile", date(2011, 9, 2), _upn(5),
                 case="open", workers=("Rosk Hallowmere",)),
        DemoCase("found", "an open case, no worker yet", "Selina", "Mossgate", date(2016, 5, 14), _upn(6),
                 case="open", plan="child_protection"),
        DemoCase("found", "on the rolls of two schools", "Norvin", "Kestrelden", date(2010, 12, 8), _upn(7),
                 rolls=(Stay(0), Stay(1, -90)), case="open", workers=(lead,)),
        DemoCase("found", "known by a former UPN too", "Elbrin", "Farrowshaw", date(2013, 8, 23), _upn(8),
                 former_upns=(_upn(908),), case="open", workers=(lead,)),
        DemoCase("found", "accents, a hyphen, an apostrophe", "Zoë-Anaïs", "O'Brackenfold", date(2014, 10, 17), _upn(9),
                 case="open", workers=(lead,)),
        DemoCase("found", "a temporary UPN", "Wilzen", "Larchmere", date(2017, 2, 6),
                 upn(f"{AUTHORITY}00002000A"), case="open", workers=("Dov Petherlane",)),
    )  # fmt: skip


def _elsewhere() -> tuple[DemoCase, ...]:
    lead = "Ione Marlowick"
    return (
        DemoCase("no_open_case", "a case that was closed", "Halsen", "Rowanhurst", date(2012, 4, 11), _upn(20),
                 case="closed", workers=(lead,)),
        DemoCase("no_open_case", "never had a case", "Perlis", "Gorsefield", date(2015, 9, 30), _upn(21)),
        DemoCase("call_team", "restricted", "Verith", "Nettlebourn", date(2013, 6, 21), _upn(22),
                 restricted=True, case="open", plan="child_protection", workers=(lead,)),
        DemoCase("not_on_roll", "a child of another school", "Galmon", "Otterstead", date(2014, 1, 9), _upn(23),
                 rolls=(Stay(1),), case="open", workers=(lead,)),
        DemoCase("not_on_roll", "starts later", "Tavlen", "Fallowgate", date(2016, 8, 3), _upn(24),
                 rolls=(Stay(1, -400, 60), Stay(0, 60)), case="open", workers=(lead,)),
        DemoCase("not_on_roll", "has left the school", "Rosdric", "Cindercroft", date(2011, 5, 25), _upn(25),
                 rolls=(Stay(0, -800, -100), Stay(1, -100))),
    )  # fmt: skip


def _namesakes() -> tuple[DemoCase, ...]:
    """Six of one name and one birthday at one school: more than a list may show."""
    return tuple(
        DemoCase("narrow", "six namesakes", "Lorna", "Pebblemarsh", date(2014, 2, 2), _upn(30 + n)) for n in range(6)
    )


def _upn(number: int) -> str:
    return upn(f"{AUTHORITY}000020{number:03d}")
