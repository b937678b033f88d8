"""Roll files made by hand, of each sort that schools have: the same few children in all of them."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shared.upn import check_letter

TODAY = date(2026, 11, 30)


def upn(number: int) -> str:
    """The nth child's, with a right check letter."""
    rest = f"801200{number // 1000:03d}{number % 1000:03d}"
    return check_letter(f"A{rest}") + rest


Child = Mapping[str, str]
CHILDREN: Sequence[Child] = (
    {"upn": upn(1), "given": "Mirela", "family": "Thornwick", "born": "2014-03-05"},
    {"upn": upn(2), "given": "Zoë-Anaïs", "family": "O'Dunmore", "born": "2013-11-20"},
    {"upn": upn(3), "given": "Callum", "family": "Ashgrove", "born": "2015-07-31"},
)
HEADER = ("UPN", "Forename", "Surname", "DOB")


def day(iso: str) -> str:
    year, month, of_month = iso.split("-")
    return f"{of_month}/{month}/{year}"


def rows(children: Iterable[Child] = CHILDREN) -> list[list[str]]:
    return [[c["upn"], c["given"], c["family"], day(c["born"])] for c in children]


def table(lines: Iterable[Sequence[str]], header: Sequence[str] = HEADER, separator: str = ",") -> str:
    made = io.StringIO()
    writer = csv.writer(made, delimiter=separator, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    return made.getvalue()


def with_cell(row: int, column: int, text: str) -> bytes:
    """The children's table, with one other cell; `row` 0 is the first child."""
    lines = rows()
    lines[row][column] = text
    return table(lines).encode()


def pupil(child: Child, more: str = "") -> str:
    return (
        f"<Pupil><UPN>{child['upn']}</UPN><Surname>{child['family'].upper()}</Surname><Forename>{child['given']}"
        f"</Forename><DOB>{child['born']}</DOB>{more}</Pupil>"
    )


def ctf(
    pupils: str | None = None, qualifier: str = "full", source: str = "<LEA>850</LEA><Estab>4123</Estab>",
    dest: str = "", root: str = "CTfile", declaration: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> str:  # fmt: skip
    within = "".join(map(pupil, CHILDREN)) if pupils is None else pupils
    return (
        f"{declaration}<{root}><Header><DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>"
        f"<DocumentQualifier>{qualifier}</DocumentQualifier><SourceSchool>{source}<SchoolName>Larkfield</SchoolName>"
        f"</SourceSchool>{f'<DestSchool>{dest}</DestSchool>' if dest else ''}</Header><CTFpupilData>{within}"
        f"</CTFpupilData></{root.partition(' ')[0]}>"
    )


MANIFEST = (
    ("manifest.version", "1.0"), ("oneroster.version", "1.2"), ("file.orgs", "bulk"), ("file.users", "bulk"),
    ("file.roles", "bulk"), ("file.demographics", "bulk"),
)  # fmt: skip


def one_roster() -> dict[str, str]:
    """Its files by name."""
    users = [[f"u{n}", "active", f"{{UPN:{c['upn']}}}", c["given"], c["family"]] for n, c in enumerate(CHILDREN)]
    staff = ["t1", "active", "", "Ione", "Marlowick"]
    roles = [[f"r{n}", "active", f"u{n}", "primary", "student", "", "", "s1"] for n in range(len(CHILDREN))]
    role_columns = ("sourcedId", "status", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId")
    return {
        "manifest.csv": table(MANIFEST, ("propertyName", "value")),
        "orgs.csv": table([["s1", "active", "Larkfield", "school", "850/4123"]],
                          ("sourcedId", "status", "name", "type", "identifier")),
        "users.csv": table([*users, staff], ("sourcedId", "status", "userIds", "givenName", "familyName")),
        "roles.csv": table([*roles, ["r9", "active", "t1", "primary", "teacher", "", "", "s1"]], role_columns),
        "demographics.csv": table([[f"u{n}", "active", c["born"]] for n, c in enumerate(CHILDREN)],
                                  ("sourcedId", "status", "birthDate")),
    }  # fmt: skip


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return made.getvalue()


def without(name: str) -> bytes:
    return zipped({one: text for one, text in one_roster().items() if one != name})


def changed(name: str, was: str, now: str) -> bytes:
    files = one_roster()
    assert was in files[name]
    return zipped({**files, name: files[name].replace(was, now)})
