"""Over two hundred pairs of names and birth dates, by origin: what is said of each (cases.txt)."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from shared.matching import VERSION, BornSought, Recorded, Sought, judge, keys, keys_sought

FILE = Path(__file__).parent / "cases.txt"
LEAST = 200
ORIGINS = 14
WRONG_MAX = 4
KEYS_ARE = (2, "7d0a0678c550")


@dataclass(frozen=True)
class Case:
    """One line of the file."""

    origin: str
    sought: Sought
    recorded: Recorded
    verdict: str
    said: str
    """The verdict, but for a case in which the model is known to be wrong."""
    line: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.origin}"


def cases() -> list[Case]:
    found, origin = [], ""
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("["):
            origin = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append(read(origin, [field.strip() for field in line.split("|")], number))
    return found


def read(origin: str, fields: list[str], number: int) -> Case:
    typed, recorded, verdict = fields[:3], fields[3:6], fields[6]
    given, family, born = (mine if mine != "=" else its for mine, its in zip(typed, recorded, strict=True))
    parts = [None if part == "?" else int(part) for part in born.split("-")]
    record = Recorded(recorded[0], recorded[1], date.fromisoformat(recorded[2]))
    return Case(origin, Sought(given, family, BornSought(*parts)), record, verdict, fields[-1], number)


CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_pair_has_the_verdict_that_a_person_gives_it(case: Case) -> None:
    judged = judge(case.sought, [case.recorded], lambda record: record)
    assert judged.verdict == case.said, judged.compared


@pytest.mark.parametrize("case", [case for case in CASES if case.verdict != "none"], ids=str)
def test_an_index_holds_the_child_under_a_key_of_the_question(case: Case) -> None:
    assert keys(case.recorded) & keys_sought(case.sought)


def test_the_version_rises_with_every_change_of_the_keys() -> None:
    """Whoever keeps an index makes it anew when VERSION rises; else a child would not be found by its new keys."""
    found = sorted(" ".join(sorted(keys(case.recorded) | keys_sought(case.sought))) for case in CASES)
    digest = hashlib.sha256("\n".join(found).encode()).hexdigest()[:12]
    assert (VERSION, digest) == KEYS_ARE, "raise VERSION (unless only cases were added), and write both here"


def test_there_are_two_hundred_of_every_origin_and_every_verdict() -> None:
    assert len(CASES) >= LEAST
    assert sum(case.said != case.verdict for case in CASES) <= WRONG_MAX
    for origin in {case.origin for case in CASES}:
        assert {case.verdict for case in CASES if case.origin == origin} == {"match", "close", "none"}
    assert len({case.origin for case in CASES}) == ORIGINS
