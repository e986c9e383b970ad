"""The words of ``check``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import ip_families, reading_options, request_of
from kubectl_sharedip.cli.own_options import Spoken


@click.command(cls=Spoken)
@reading_options
@click.option("--offline", is_flag=True, help="Take the files alone; ask no cluster.")
@click.option(
    "--cluster-ip-families",
    shell_complete=completed("families"),
    metavar="A,B",
    help="Families of the cluster: ipv4 (default), ipv6.",
)
@click.option("--fail-on", type=click.Choice(["error", "warning", "info"]), help="What exits 1 (error).")
@click.option(
    "--ignore",
    multiple=True,
    shell_complete=completed("codes"),
    metavar="CODE",
    help="Count this finding, do not tell it; may be repeated.",
)
@click.option(
    "--baseline",
    shell_complete=completed("file"),
    metavar="FILE",
    help="Count what a saved report (-o json) has, do not tell it.",
)
@click.option("--environments", multiple=True, metavar="A,B", help="Names, or label=KEY: dev,prod|live.")
@output_option("check")
@click.pass_context
def check(
    context: click.Context,
    /,
    offline: bool,
    cluster_ip_families: str | None,
    output: str | None,
    **given: Any,
) -> int:
    """Say what MetalLB would do with manifests, or what is wrong with a cluster.

    With -f: each Service of the files laid over the cluster (or alone, with
    --offline), and whom it would disturb. Without: the live cluster as it is.

    \b
    Examples:
      kubectl sharedip check -f manifests/
      helm template shop | kubectl sharedip check --offline -f -
      kubectl sharedip check -A --fail-on warning
    """
    from kubectl_sharedip.cli import check as command
    from kubectl_sharedip.cli.ignoring import codes
    from kubectl_sharedip.cli.options import environments

    request = replace(request_of(context, output), cluster_ip_families=ip_families(cluster_ip_families))
    if offline and not request.files:
        raise click.UsageError("--offline takes files alone: give -f FILE.", context)
    wanted = command.CheckRequest(
        offline=offline,
        fail_on=given["fail_on"] or "error",
        ignore=codes("--ignore", given["ignore"]),
        baseline=given["baseline"],
        environments=environments(given["environments"]),
    )
    return command.run(request, wanted)
