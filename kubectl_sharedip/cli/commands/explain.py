"""The words of ``explain``."""

from __future__ import annotations

import click

from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.formats import output_option


@click.command()
@click.argument("code", required=False, shell_complete=completed("codes"))
@click.option(
    "--schema",
    "kind",
    shell_complete=completed("kinds"),
    metavar="KIND",
    help="Print the JSON Schema of a document instead.",
)
@output_option("explain")
@click.pass_context
def explain(context: click.Context, code: str | None, kind: str | None, output: str | None) -> int:
    """Say what a finding means, when it arises and how to clear it.

    CODE is SIP205, 205 or its name; KIND is DiagnosisList or another kind of document.

    \b
    Examples:
      kubectl sharedip explain SIP205
      kubectl sharedip explain --schema AddressList
    """
    from kubectl_sharedip.cli import explain as command

    if (code is None) == (kind is None):
        raise click.UsageError("give one CODE, or --schema KIND.", context)
    return command.schema(kind) if kind is not None else command.code(str(code))
