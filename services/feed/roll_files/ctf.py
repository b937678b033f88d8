"""Common Transfer Files: XML of one school's pupils, all of them (`full`) or some (`partial`)."""

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from services.feed.roll_files.gathering import Cells, Gathering
from services.feed.roll_files.roll import NamedSchool, ReadRoll, RollRefused

DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
NOWHERE = re.compile(r"[X0M]*", re.IGNORECASE)
"""How a file says that it is for no school in particular."""
NOT_WELL_FORMED = (
    "This CTF is broken or was cut off: it ends too early, or was changed by hand. Export it again from your school's"
    " system, and upload it without opening it."
)
UNSAFE = "This XML file defines entities, which no CTF does. Export the CTF again from your school's system."
NO_CTF = "This XML file is no Common Transfer File (it does not begin with CTfile). Export a CTF of the pupils on roll."
NO_HEADER = "This CTF does not say if it is full or partial (DocumentQualifier). Export it again."
NOT_OF_A_SCHOOL = "This CTF does not say which school it is of (SourceSchool). Export it again."


def read_ctf(text: str, today: date) -> ReadRoll:
    """Raises RollRefused."""
    header, gathering = Element("none"), Gathering("ctf", today)
    try:
        for row, found in _elements(DECLARATION.sub("", text, count=1).lstrip()):
            if row is not None:
                gathering.add(row, _cells(found, _school(header, "SourceSchool")))
            header = found if row is None else header
    except ParseError:
        raise RollRefused(NOT_WELL_FORMED) from None
    except DefusedXmlException:
        raise RollRefused(UNSAFE) from None
    return gathering.roll(_is_whole(header), _own(header))


def _elements(text: str) -> Iterator[tuple[int | None, Any]]:
    """The header (None), and each pupil with its number. What has been given is let go."""
    above: list[Element] = []
    pupils = 0
    for event, element in iterparse(BytesIO(text.encode()), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if not above and _local(element) != "CTfile":
                raise RollRefused(NO_CTF)
            above.append(element)
            continue
        above.pop()
        name, within = _local(element), _local(above[-1]) if above else ""
        if (within, name) == ("CTfile", "Header"):
            yield None, element
        elif (within, name) == ("CTFpupilData", "Pupil"):
            pupils += 1
            yield pupils, element
            above[-1].clear()
        elif len(above) == 1:
            above[-1].remove(element)  # results, attendance and whatever else there is


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: Element | None, name: str) -> Element | None:
    return None if element is None else next((one for one in element if _local(one) == name), None)


def _text(element: Element | None, *path: str) -> str:
    for name in path:
        element = _child(element, name)
    return (element.text or "").strip() if element is not None else ""


def _is_whole(header: Element) -> bool:
    said = _text(header, "DocumentQualifier").casefold()
    if said not in ("full", "partial"):
        raise RollRefused(NO_HEADER)
    return said == "full"


def _school(header: Element, which: str) -> NamedSchool:
    at = _child(header, which)
    number = _text(at, "LEA") + _text(at, "Estab")
    urn = _text(at, "URN")
    return NamedSchool(number if re.fullmatch(r"\d{7}", number) else None, urn or None, _text(at, "SchoolName") or None)


def _own(header: Element) -> NamedSchool:
    """Whose pupils they are. A file that sends them to another school is no roll."""
    source, to = _school(header, "SourceSchool"), _child(header, "DestSchool")
    if source.number is None and source.urn is None:
        raise RollRefused(NOT_OF_A_SCHOOL)
    number = _text(to, "LEA") + _text(to, "Estab")
    if not NOWHERE.fullmatch(number) and number != source.number:
        raise RollRefused(
            "This CTF was made to send pupils to another school (DestSchool). Export one of all pupils on roll, for no"
            " other school."
        )
    return source


def _cells(pupil: Element, own: NamedSchool) -> Cells:
    joined, left = _stay(pupil, own)
    return {
        "upn": _text(pupil, "UPN"), "given_name": _text(pupil, "Forename"), "family_name": _text(pupil, "Surname"),
        "born": _text(pupil, "DOB"),
        "former_upns": _text(pupil, "FormerUPN") or _text(pupil, "BasicDetails", "FormerUPN"),
        "joined": joined, "left": left,
    }  # fmt: skip


def _stay(pupil: Element, own: NamedSchool) -> tuple[str, str]:
    """When the pupil came last to this school, and left it; empty where the file does not say so."""
    history = _child(pupil, "SchoolHistory")
    stays = [
        (_text(one, "EntryDate"), _text(one, "LeavingDate"))
        for one in (history if history is not None else ())
        if own.number is not None and _text(one, "LEA") + _text(one, "Estab") == own.number
    ]
    return max(stays, default=("", ""))
