"""The words of ``snapshot``."""

from __future__ import annotations

import click

from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of
from kubectl_sharedip.cli.own_options import Spoken


@click.command(cls=Spoken)
@reading_options
@click.option("--redact", is_flag=True, help="Rename all names, keys, labels and addresses in it.")
@click.option(
    "--to",
    shell_complete=completed("file"),
    metavar="FILE",
    help="Write FILE (.json, .json.gz) instead of stdout.",
)
@output_option("snapshot")
@click.pass_context
def snapshot(context: click.Context, redact: bool, to: str | None, output: str | None) -> int:
    """Write down all that the other commands read, to be read again with -f.

    \b
    Examples:
      kubectl sharedip snapshot --to cluster.json.gz
      kubectl sharedip why -A -f cluster.json.gz
      kubectl sharedip snapshot --redact --to to-share.json
    """
    from kubectl_sharedip.cli import snapshot as command

    return command.run(request_of(context, output), redact=redact, to=to)
