"""To plan anew what has become stale: asked for at a terminal, else the command that does it.

It refuses to plan anew unasked: what is there now may need another decision.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from kubectl_sharedip.cli.consent import agreed, on_terminal
from kubectl_sharedip.cli.output import say, say_as_it_is
from kubectl_sharedip.model.shell import shell_line

_CONSENT = ("-y", "--yes")
_TOKEN = "--token"


def wants_it_anew(command: str | None, *, yes: bool) -> bool:
    """Whether a person at the terminal wants the plan made anew.

    ``command`` makes it again, None where only another command can; with ``yes``, and where nobody
    can be asked, it is printed instead.
    """
    if command is not None and not yes and on_terminal():
        try:
            return agreed("Plan again from what is there now? [y/N] ")
        except KeyboardInterrupt:  # it has been said what was done: there is no more to it than a no
            return False
    say(["To plan again from what is there now:"])
    say_as_it_is([f"  {command or 'kubectl sharedip fix ... -o json'}"])
    return False


def typed(arguments: Sequence[str] | None = None) -> str:
    """This command line, to be typed again: without the consent, which was to another plan, and never
    with a token. ``arguments`` by default are those of this process.
    """
    words = sys.argv[1:] if arguments is None else arguments
    return shell_line(["kubectl", "sharedip", *_shown(words)])


def _shown(words: Sequence[str]) -> Iterator[str]:
    secret = False
    for word in words:
        if not (secret or word in (*_CONSENT, _TOKEN) or word.startswith(f"{_TOKEN}=")):
            yield word
        secret = word == _TOKEN
