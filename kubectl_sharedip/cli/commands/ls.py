"""The words of ``ls``."""

from __future__ import annotations

import click

from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of
from kubectl_sharedip.cli.own_options import Spoken


@click.command(cls=Spoken)
@reading_options
@click.argument("what", nargs=-1, metavar="[WHAT]...", shell_complete=completed("whats"))
@click.option("--shared", is_flag=True, help="Only addresses that two or more Services share.")
@click.option("--pending", is_flag=True, help="Only Services that wait for an address.")
@click.option("--endpoints", is_flag=True, help="Add how many pods are ready behind each Service.")
@click.option("-w", "--watch", is_flag=True, help="Go on, and print each row that changes.")
@output_option("ls")
@click.pass_context
def ls(context: click.Context, /, what: tuple[str, ...], output: str | None, **given: bool) -> int:
    """List Services by external IP and sharing key; Pending ones with a reason each.

    WHAT is an address, key/K, svc/NAME, ns/NAMESPACE or NAMESPACE/NAME; a bare word is a key
    or the name of a Service. Without it, all in scope. An address is shown whole.

    \b
    Examples:
      kubectl sharedip ls -A
      kubectl sharedip ls 192.168.1.205 key/dns
      kubectl sharedip ls -A --pending -w
    """
    from kubectl_sharedip.cli import ls as command

    return command.run(request_of(context, output), command.LsRequest(what=what, **given))
