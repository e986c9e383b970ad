"""Flags that stand alone or with a list of ports: ``--tls``, ``--tls 443,8443``.

click would take whatever follows such a flag for its value, the name of a Service as well.
"""

from __future__ import annotations

import re
from typing import Literal

import click

from kubectl_sharedip.cli.own_options import Spoken

FLAGS = ("--tls", "--http")
USUAL: Literal["usual"] = "usual"
_LIST = re.compile(r"[0-9]+(,[0-9]+)*")
_LAST_PORT = 65535


class WithPortFlags(Spoken):
    """A command whose FLAGS take the word that follows only where it is a list of ports."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        words = []
        for at, word in enumerate(args):
            follows = args[at + 1] if at + 1 < end else ""
            alone = word in FLAGS and at < end and not _LIST.fullmatch(follows)
            words.append(f"{word}={USUAL}" if alone else word)
        return super().parse_args(ctx, words)


def ports(flag: str, text: str | None) -> Literal["usual"] | frozenset[int] | None:
    """The ports of such a flag: None where it is not given, ``usual`` where it stands alone.

    Raises click.UsageError for what is no list of ports.
    """
    if text is None:
        return None
    if text == USUAL:
        return USUAL
    numbers = [int(word) for word in text.split(",")] if _LIST.fullmatch(text) else [0]
    if not all(0 < number <= _LAST_PORT for number in numbers):
        raise click.UsageError(f'{flag} {text}: write ports as "443,8443", or the flag alone.')
    return frozenset(numbers)
