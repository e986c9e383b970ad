"""The program: it hands the words to a command, and says what happened where that fails.

The commands are in ``commands/``, each imported when it is asked for.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import click

from kubectl_sharedip.apply.signals import Terminated
from kubectl_sharedip.cli.failures import Exit, InputError, Unread, report
from kubectl_sharedip.cli.lazily import LazyGroup
from kubectl_sharedip.cli.options import reading_options

_HELP_WIDTH = 80


@click.group(
    cls=LazyGroup,
    name="kubectl sharedip",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _HELP_WIDTH},
    no_args_is_help=True,
)
@reading_options
def cli() -> None:
    """Which Services share an external IP under MetalLB, why one is Pending, and what repairs it."""


def main() -> NoReturn:
    """Runs the command line and ends the process with its exit status."""
    if sys.argv[0].rpartition(os.sep)[2].startswith("kubectl_complete-"):
        complete()
    signal.signal(signal.SIGTERM, _terminate)
    status = _run(sys.argv[1:])
    # All is said and done: who asks twice changes nothing about how it ended.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _end(status)


def _end(status: int) -> NoReturn:
    """Ends the process at once: to take a large cluster in memory apart takes longer than many an answer."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a process may be started without it
            with suppress(OSError):  # whoever printed has flushed, and was told
                stream.flush()
    os._exit(status)


def complete() -> NoReturn:
    """Answers kubectl's request for completions (``kubectl_complete-sharedip ARGS...``)."""
    gc.disable()
    from kubectl_sharedip.cli.completing import answer

    answer(cli, sys.argv[1:])


def _run(arguments: list[str]) -> int:
    arguments = as_kubectl_reads(arguments)
    try:
        return int(cli.main(arguments, prog_name="kubectl sharedip", standalone_mode=False) or Exit.OK)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.ctx.get_help() if error.ctx else "")
        return Exit.OK
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        message = _shown(error.format_message())
        print(f"error: {message}", file=sys.stderr)
        if "\n" not in message:
            print(f"  see: {command or 'kubectl sharedip'} --help", file=sys.stderr)
        return Exit.USAGE
    except (KeyboardInterrupt, click.exceptions.Abort) as error:  # click makes the one the other
        terminated = any(isinstance(one, Terminated) for one in (error, error.__cause__))
        return Exit.TERMINATED if terminated else Exit.INTERRUPTED
    except Unread:
        return Exit.OK
    except Exception as error:  # the last door: an error is two lines and a status, never a traceback
        if _verbose(arguments):
            import traceback

            traceback.print_exc()
        return _failed(error)


def as_kubectl_reads(arguments: list[str]) -> list[str]:
    """``-o=json`` as ``-o json``: kubectl takes both, and click would take the sign for the value."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    short = re.compile(r"-[A-Za-z]=")
    words = [word[:2] + word[3:] if short.match(word) else word for word in arguments[:end]]
    return words + arguments[end:]


def _shown(message: str) -> str:
    """With what somebody typed, or a script passed on, as text and nothing else."""
    from kubectl_sharedip.render.text import visible

    return "\n".join(map(visible, message.split("\n")))


def _failed(error: Exception) -> int:
    """Errors that are answers, and the one line for those that are faults of this program."""
    module = type(error).__module__
    if isinstance(error, InputError) or module.startswith(
        ("kubectl_sharedip.cluster.", "kubectl_sharedip.files.", "kubectl_sharedip.apply.")
    ):
        report(error)
    else:
        todo = "this is a fault of kubectl-sharedip: -v 8 shows where, please report it"
        report(InputError(f"{type(error).__name__}: {error}", todo))
    return Exit.NO_INPUT


def _verbose(arguments: list[str]) -> bool:
    joined = " ".join(arguments)
    return any(f"{flag}{level}" in joined for flag in ("-v ", "-v", "--v=", "--v ") for level in "89")


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
