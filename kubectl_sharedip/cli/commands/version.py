"""The words of ``version``."""

from __future__ import annotations

import click

from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of
from kubectl_sharedip.cli.own_options import Spoken


@click.command(cls=Spoken)
@reading_options
@click.option("--client", is_flag=True, help="Ask no cluster.")
@output_option("version")
@click.pass_context
def version(context: click.Context, /, output: str | None, client: bool) -> int:
    """Print the versions of this program, the API server and MetalLB.

    It says how each was found.

    \b
    Examples:
      kubectl sharedip version
      kubectl sharedip version --client -o json
    """
    from kubectl_sharedip.cli import version as command

    return command.run(request_of(context, output), client=client)
