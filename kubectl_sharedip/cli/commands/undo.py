"""The words of ``undo``."""

from __future__ import annotations

from typing import Any

import click

from kubectl_sharedip.cli.carrying_out_options import carrying_out_options
from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of, seconds
from kubectl_sharedip.cli.own_options import Spoken


@click.command(cls=Spoken)
@reading_options
@click.argument("plan", required=False, shell_complete=completed("plans"))
@click.option("--list", "listing", is_flag=True, help="List the plans that were done; ask no cluster.")
@click.option("--resume", is_flag=True, help="Finish a plan that was cut off.")
@click.option("-y", "--yes", is_flag=True, help="Do it without asking.")
@carrying_out_options
@output_option("undo")
@click.pass_context
def undo(context: click.Context, /, plan: str | None, output: str | None, **given: Any) -> int:
    """Take a fix back, or finish one that was cut off.

    PLAN is the id of a plan, or how it begins; without one, the last plan of this cluster.

    \b
    Examples:
      kubectl sharedip undo
      kubectl sharedip undo 3f2a91c0 --resume --yes
      kubectl sharedip undo --list
    """
    from kubectl_sharedip.cli import undo as command

    wanted = command.UndoRequest(
        plan=plan,
        listing=given["listing"],
        resume=given["resume"],
        yes=given["yes"],
        dry_run=given["dry_run"],
        timeout_s=seconds("--timeout", given["timeout"]),
        journal_dir=given["journal_dir"],
    )
    return command.run(request_of(context, output), wanted)
