"""Questions to a person at a terminal, on stderr, so that stdout stays the answer."""

from __future__ import annotations

import sys

from kubectl_sharedip.apply.signals import Terminated, uninterrupted
from kubectl_sharedip.cli.failures import Exit
from kubectl_sharedip.cli.output import say
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.plan import Plan

_QUESTIONS: dict[Allowance, str] = {
    "unpin": "give up a requested address or pool",
    "others": "edit Services that were not named",
    "policy": "change externalTrafficPolicy (client source IPs may be lost)",
    "owned": "edit what a controller may put back",
    "unseen": "go on although not all namespaces could be read",
}


def on_terminal() -> bool:
    """Whether a person can be asked: stdin and stderr are terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_for_leave(plan: Plan) -> tuple[Allowance, ...]:
    """The leave that a person gives for the one way there is; none where several need different leave.

    To move a live address is never asked for: that has to be written on the command line.
    """
    if not on_terminal() or len(plan.ways) != 1 or plan.ways[0].goal != plan.goal:
        return ()
    needs = plan.ways[0].needs
    if "moves" in needs:
        return ()
    given = []
    for need in needs:
        if not agreed(f"{plan.goal.service} needs leave to {_QUESTIONS[need]}. Give it? [y/N] "):
            return ()
        given.append(need)
    return tuple(given)


def confirmed(target: str) -> bool:
    """Whether the person says yes to the plan that was shown."""
    return agreed(f"{target}\nDo it? [y/N] ")


def consented(target: str, *, yes: bool, dry_run: str | None) -> bool:
    """Whether the plan that was shown may be done: by --yes, by a person, or as a dry run of the server.

    Otherwise it is said that nothing was changed, and why.
    """
    if yes or dry_run == "server":
        return True
    if not on_terminal():
        say(["Nothing was changed: without a terminal, --yes is the consent."])
        return False
    if not confirmed(target):
        say(["Nothing was changed."])
        return False
    return True


def agreed(question: str) -> bool:
    """Whether the person at the terminal says yes; anything else, and the end of the input, is no."""
    print(question, end="", file=sys.stderr, flush=True)
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        print(file=sys.stderr)
        raise
    if not answer.endswith("\n"):
        print(file=sys.stderr)
    return answer.strip().lower() in ("y", "yes")


def nothing_changed(interrupt: KeyboardInterrupt, *, more: bool = False) -> Exit:
    """Says that a run was interrupted before anything was sent, or ``more``. Returns its exit status."""
    with uninterrupted():
        say([f"Interrupted: nothing {'more ' if more else ''}was changed."])
    return interrupted_by(interrupt)


def interrupted_by(interrupt: KeyboardInterrupt) -> Exit:
    """The exit status of a run that this interruption ended."""
    return Exit.TERMINATED if isinstance(interrupt, Terminated) else Exit.INTERRUPTED
