"""The data protection officer's way to an entry."""

from __future__ import annotations

import re

from tests.e2e.people import Person, until

AGREEMENT = re.compile(r"Agreement\s+Operational agreement (of|in force on) \d+ [A-Z][a-z]+ \d{4}")


def entries(officer: Person, correlation: str) -> list[str]:
    """What the record shows of one act, a text for each row."""
    officer.go("/record")
    officer.page.locator("#correlation").fill(correlation)
    officer.press("Search")
    return officer.page.locator("tbody tr").all_inner_texts()


def the_one_entry(officer: Person, correlation: str) -> str:
    """The record has exactly one entry of this act: what its page says."""
    rows = until(lambda: entries(officer, correlation), lambda rows: bool(rows))
    assert len(rows) == 1
    with officer.page.expect_navigation():
        officer.page.locator("tbody button").click()
    return officer.text


def the_leads_entry(officer: Person, correlation: str) -> str:
    """The same of an act of the demo's lead: it says who, for which school and under which agreement."""
    entry = the_one_entry(officer, correlation)
    assert "Calwyn Fernshaw, safeguarding lead" in entry
    assert "(URN 990001)" in entry
    assert AGREEMENT.search(entry), entry
    return entry
