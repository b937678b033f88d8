"""The runbook's way out is one: what it tells an operator to type is there."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.services import ROOT

TYPED = re.compile(r"`portal ([a-z-]+)(?: ([a-z-]+))?")
SAID = sorted(set(TYPED.findall((ROOT / "docs/runbook.md").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("words", SAID, ids=lambda words: "-".join(filter(None, words)))
def test_every_command_of_the_runbook_is_there(words: tuple[str, str]) -> None:
    assert CliRunner().invoke(app, [*filter(None, words), "--help"]).exit_code == 0


def test_a_group_that_nobody_has_is_not_let_pass() -> None:
    tried = CliRunner().invoke(app, ["dead", "pass", "nobodys"], env={"PORTAL_KAFKA": "127.0.0.1:1"})
    assert "There is no consumer group nobodys" in str(tried.exception)
