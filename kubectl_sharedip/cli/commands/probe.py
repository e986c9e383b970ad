"""The words of ``probe``."""

from __future__ import annotations

from typing import Any

import click

from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of, seconds
from kubectl_sharedip.cli.port_flags import WithPortFlags, ports


@click.command(cls=WithPortFlags)
@reading_options
@click.argument("services", nargs=-1, metavar="[SVC]...", shell_complete=completed("services"))
@click.option(
    "--parallel", type=click.IntRange(1, 512), metavar="N", help="How many are tried at a time (32)."
)
@click.option("--connect-timeout", metavar="TIME", help="How long to wait for a connection (4s).")
@click.option("--tls", metavar="[PORTS]", help="TLS handshake on these ports (alone: where usual).")
@click.option("--http", metavar="[PORTS]", help="HTTP GET / on these ports (alone: where usual).")
@click.option(
    "--targets",
    shell_complete=completed("dir"),
    metavar="DIR",
    help="Try nothing: write targets and alerts for Prometheus.",
)
@click.option("-w", "--watch", is_flag=True, help="Go on, and print what changes.")
@output_option("probe")
@click.pass_context
def probe(context: click.Context, /, services: tuple[str, ...], output: str | None, **given: Any) -> int:
    """Try each port of each Service on its address from here: network or application?

    SVC is name, svc/name or namespace/name; without one, every Service in scope. All on one
    address are tried, since neighbours tell the faults apart. Exit status 1: one that was asked
    for fails.

    \b
    Examples:
      kubectl sharedip probe -A
      kubectl sharedip probe web -n shop --tls --http 80,8080
      kubectl sharedip probe -f cluster.yaml --targets monitoring/
    """
    from kubectl_sharedip.cli.probe_request import probe_request

    request = request_of(context, output)
    wanted = probe_request(
        request,
        services,
        parallel=given["parallel"],
        timeout_s=seconds("--connect-timeout", given["connect_timeout"]),
        tls=ports("--tls", given["tls"]),
        http=ports("--http", given["http"]),
        targets=given["targets"],
        watch=given["watch"],
    )
    from kubectl_sharedip.cli import probe as command

    return command.run(request, wanted)
