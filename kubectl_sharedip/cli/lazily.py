"""A group of commands that knows its commands by name, and imports one when it is asked for.

It exists because a run needs one command and the help of the group none: what a command takes and does
stands in ``commands/``, and here what one has to know before that. Refuses to guess: a word that is no
command is answered with the nearest, never taken for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: The commands in the order in which help lists them, each with the first sentence of its own help.
SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "ls": "List Services by external IP and sharing key; Pending ones with a reason each.",
        "why": "Say why a Service is Pending, or sits where it sits, with the proof.",
        "fix": "Give Services an address by the smallest safe edits, shown before they are done.",
        "undo": "Take a fix back, or finish one that was cut off.",
        "check": "Say what MetalLB would do with manifests, or what is wrong with a cluster.",
        "pools": "List the pools: their room, who shares what in them, who may use them.",
        "probe": "Try each port of each Service on its address from here: network or application?",
        "snapshot": "Write down all that the other commands read, to be read again with -f.",
        "explain": "Say what a finding means, when it arises and how to clear it.",
        "version": "Print the versions of this program, the API server and MetalLB.",
    }
)
_MODULES = "kubectl_sharedip.cli.commands"


class LazyGroup(click.Group):
    """The commands of SUMMARIES; that of each stands under its name in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUMMARIES:
            return None
        command: click.Command = getattr(import_module(f"{_MODULES}.{cmd_name}"), cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        commands = [CompletionItem(name, help=said) for name, said in SUMMARIES.items()]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(item for item in commands if item.value.startswith(incomplete)), *options]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in SUMMARIES and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0]), ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, said in SUMMARIES.items()])


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, SUMMARIES, n=1)
    said = f"Did you mean {near[0]}?" if near else f"There are {', '.join(SUMMARIES)}."
    return f'There is no command "{word}". {said}'


def summary_of(command: Any) -> str:
    """The first sentence of a command's help, as SUMMARIES repeats it."""
    first: str = (command.help or "").strip().partition("\n\n")[0]
    return " ".join(first.split())
