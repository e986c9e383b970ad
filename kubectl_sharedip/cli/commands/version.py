"""The words of ``version``."""

from __future__ import annotations

import sys

import click

from kubectl_sharedip.cli.failures import Exit


@click.command()
@click.option("--client", is_flag=True, help="Ask no cluster.")
@click.pass_context
def version(context: click.Context, client: bool) -> int:
    """Print the version."""
    from kubectl_sharedip import __version__

    print(f"kubectl-sharedip {__version__} (Python {sys.version.split()[0]})")
    return Exit.OK
