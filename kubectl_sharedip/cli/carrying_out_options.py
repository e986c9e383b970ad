"""The options of the commands that change the cluster, in one place: they mean the same for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kubectl_sharedip.cli.completed import completed

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--dry-run", type=click.Choice(["client", "server"]), help="Show, or have the server judge."
    ),
    click.option("--timeout", metavar="TIME", help="How long to wait for MetalLB (60s, or 30 ms a Service)."),
    click.option(
        "--journal-dir",
        shell_complete=completed("dir"),
        metavar="DIR",
        help="Where the state before is kept.",
    ),
)


def carrying_out_options(command: F) -> F:
    """Adds them to a command, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
