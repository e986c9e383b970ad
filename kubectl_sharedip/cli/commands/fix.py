"""The words of ``fix``."""

from __future__ import annotations

from typing import Any

import click

from kubectl_sharedip.cli.carrying_out_options import carrying_out_options
from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import allowances, reading_options, request_of, seconds
from kubectl_sharedip.cli.own_options import Spoken
from kubectl_sharedip.model.allowance import ALLOWANCES


@click.command(cls=Spoken)
@reading_options
@click.argument("services", nargs=-1, metavar="[SVC]...", shell_complete=completed("services"))
@click.option(
    "--share-with",
    shell_complete=completed("services"),
    metavar="SVC",
    help="Give it the address of this Service.",
)
@click.option(
    "--address",
    shell_complete=completed("addresses"),
    metavar="A[,B]",
    help="Give it this address, one a family.",
)
@click.option("--separate", is_flag=True, help="Give it an address of its own.")
@click.option("--pin", is_flag=True, help="Write its present address down as a request.")
@click.option(
    "--key",
    shell_complete=completed("keys"),
    metavar="KEY",
    help="The sharing key to use where one is needed.",
)
@click.option(
    "--allow",
    shell_complete=completed("allowances"),
    metavar="A,B",
    help=f"Leave to: {', '.join(ALLOWANCES)}.",
)
@click.option("--all", "every", is_flag=True, help="With --yes: every Pending Service in scope.")
@click.option(
    "--plan", shell_complete=completed("file"), metavar="FILE", help="Do a plan that was saved with -o json."
)
@click.option("-y", "--yes", is_flag=True, help="Do the plan without asking.")
@carrying_out_options
@output_option("fix")
@click.pass_context
def fix(context: click.Context, /, services: tuple[str, ...], output: str | None, **given: Any) -> int:
    """Give Services an address by the smallest safe edits, shown before they are done.

    SVC is name, svc/name or namespace/name; without one, every Pending Service in scope.

    \b
    Examples:
      kubectl sharedip fix dns-udp -n shop --dry-run=client
      kubectl sharedip fix web -n shop --share-with api --yes
      kubectl sharedip fix -A
    """
    from kubectl_sharedip.cli import fix as command
    from kubectl_sharedip.cli.goals import GoalFlags

    wanted = command.FixRequest(
        names=services,
        goal=GoalFlags(**{name: given[name] for name in ("share_with", "address", "separate", "pin", "key")}),
        allowed=allowances(given["allow"]),
        every=given["every"],
        plan=given["plan"],
        yes=given["yes"],
        dry_run=given["dry_run"],
        timeout_s=seconds("--timeout", given["timeout"]),
        journal_dir=given["journal_dir"],
    )
    return command.run(request_of(context, output), wanted)
