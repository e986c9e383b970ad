"""The words of ``pools``."""

from __future__ import annotations

import click

from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of
from kubectl_sharedip.cli.own_options import Spoken


@click.command(cls=Spoken)
@reading_options
@click.option(
    "--for",
    "joins",
    multiple=True,
    shell_complete=completed("file"),
    metavar="PORTS|FILE",
    help="Say who could join which address.",
)
@click.option(
    "--key", shell_complete=completed("keys"), metavar="KEY", help="With --for: the sharing key that it has."
)
@click.option("-w", "--watch", is_flag=True, help="Answer anew whenever the answer changes.")
@output_option("pools")
@click.pass_context
def pools(
    context: click.Context, joins: tuple[str, ...], key: str | None, watch: bool, output: str | None
) -> int:
    """List the pools: their room, who shares what in them, who may use them.

    -o tree shows who is on the shared addresses, with which ports.

    \b
    Examples:
      kubectl sharedip pools
      kubectl sharedip pools -o tree
      kubectl sharedip pools --for 443/TCP --key web
    """
    from kubectl_sharedip.cli import pools as command

    wanted = command.PoolsRequest(joins=joins, key=key, watch=watch)
    return command.run(request_of(context, output), wanted)
