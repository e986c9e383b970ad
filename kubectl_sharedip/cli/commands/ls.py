"""The words of ``ls``."""

from __future__ import annotations

import click

from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of


@click.command()
@reading_options
@click.option("--shared", is_flag=True, help="Only addresses that two or more Services share.")
@click.option("--pending", is_flag=True, help="Only Services that wait for an address.")
@output_option("ls")
@click.pass_context
def ls(context: click.Context, shared: bool, pending: bool, output: str | None) -> int:
    """List Services by external IP and sharing key; Pending ones with a reason each.

    \b
    Examples:
      kubectl sharedip ls -A
      kubectl sharedip ls -f cluster.yaml -o wide
    """
    from kubectl_sharedip.cli import ls as command

    return command.run(request_of(context, output), shared, pending)
