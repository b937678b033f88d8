"""No log line has what a person typed or was shown, whether a search is answered, refused as malformed or fails."""

from __future__ import annotations

import io

import pytest

from tests.lookup.searching.test_no_record import FAILURES
from tests.lookup.world import TEAM, UPN, WORKER, Lookup, by_name, question, with_worker

WORDS = ("Mira", "mira", "Quillane", "quillane", "2014-04-03", "2014, 4, 3", UPN, UPN.lower(), "Achterberg", "960222")


@pytest.mark.parametrize("failure", ["insert raises", "commit raises", "commit breaks a constraint"])
async def test_a_child_is_in_no_log_line(lookup: Lookup, lines: io.StringIO, failure: str) -> None:
    await lookup.keep(TEAM, WORKER, with_worker())
    malformed = [{"purpose": UPN, **by_name("Mi\x00ra")}, {"upn": UPN, "Mira": 1}, {"upn": UPN.replace("B", "A")}]
    for body in (question(), question(**by_name()), *malformed):
        await lookup.web.post("/searches", body, lookup.who)
    await lookup.clone.execute(FAILURES[failure][0])
    await lookup.web.post("/searches", question(**by_name()), lookup.who)
    said = lines.getvalue()
    assert [status for status in ("200", "422", "503") if f'"status": "{status}"' not in said] == []
    assert not [word for word in WORDS if word in said]
