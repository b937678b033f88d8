"""The `portal` command: run the whole portal on this machine, or one service of it, and look after it.

Exit codes: 0 done; 1 trouble, said in one sentence; 2 wrong usage; 3 the portal does not run in this home;
70 a consumer could not go on (`run`: start it again).
"""

import sys

import typer

from deploy.cli import (
    access,
    compose,
    dead,
    demo,
    drift,
    local,
    operate,
    push_client,
    rebuild,
    roll,
    schools,
    source,
)  # fmt: skip
from deploy.trouble import Trouble

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(compose.app, name="compose")
app.add_typer(dead.app, name="dead")
app.add_typer(demo.app, name="demo")
app.add_typer(push_client.app, name="push-client")
app.add_typer(roll.app, name="roll")
app.add_typer(schools.app, name="schools")
app.add_typer(source.app, name="source")
for command in (
    schools.admit_school, schools.open_account, access.disable, access.remove_role, access.suspend_school,
    access.resume_school, access.end_agreement, access.agreement_option, drift.drift, operate.left_out, local.up,
    local.down, local.status, local.logs, operate.run, operate.migrate, rebuild.rebuild,
):  # fmt: skip
    app.command()(command)
app.command("topics")(operate.make_topics)
app.command("acls")(operate.apply_acls)


def main() -> None:
    """The command as installed: trouble is one sentence on standard error."""
    try:
        app(standalone_mode=True)
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(trouble.exit_code)
