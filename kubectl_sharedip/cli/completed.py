"""Which of kinds of things a flag or argument wants, for completion.

It exists so that the words of a command can say it in one word, and pay nothing for it: what there is of
a kind is found out in ``completing.py``, imported when somebody presses the key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Kind = Literal[
    "services",
    "whats",
    "namespaces",
    "contexts",
    "clusters",
    "users",
    "addresses",
    "keys",
    "codes",
    "kinds",
    "plans",
    "allowances",
    "families",
    "file",
    "dir",
]

#: The connection's flags and those of all that read, each with what it wants.
WANTED: dict[str, Kind] = {
    "--kubeconfig": "file",
    "--context": "contexts",
    "--cluster": "clusters",
    "--user": "users",
    "--certificate-authority": "file",
    "--client-certificate": "file",
    "--client-key": "file",
    "--namespace": "namespaces",
    "--metallb-namespace": "namespaces",
    "--filename": "file",
}


def completed(kind: Kind) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What click asks for the words that may stand in a place."""

    def offer(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from kubectl_sharedip.cli.completing import offered

        return offered(kind, context, parameter, incomplete)

    return offer
