"""An answer that is given again whenever it has become another one.

It refuses to print the same answer twice: that something changed in the cluster is no news, that the
answer did is.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import click

from kubectl_sharedip.cli.failures import report
from kubectl_sharedip.cli.output import say
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.limits import unevenly
from kubectl_sharedip.model.frozen import frozen

_GATHER_S = 0.3  # what belongs together comes within moments: one answer to it, not five
_LOOK_AGAIN_S = 30.0  # where not everything may be watched
_IN_FLIGHT_S = 5.0  # an answer that waits for MetalLB changes without anything happening
_AFTER_TROUBLE_S = 5.0
_COLLECTED_EVERY = 10  # answers: to go through all there is takes time where the cluster is large
_LOGGED_OUT = "unauthorized"  # nobody lets it in again, however often it asks


@frozen
class Round:
    """One answer: its document, and what prints it."""

    document: dict[str, Any]
    show: Callable[[], None]


def watch(request: Request, resources: Sequence[str], answer: Callable[[], Round]) -> NoReturn:
    """Shows the answer, and each later one that differs, until it is interrupted.

    ``resources`` are keys of the table of resources, a change of which may change the answer.
    Raises click.UsageError where files are read; ClusterError where there is no first answer, and where the
    server no longer knows who asks.
    """
    if request.files:
        raise click.UsageError("-w watches a cluster; the files of -f do not change by themselves.")
    from kubectl_sharedip.cluster.changes import Changes
    from kubectl_sharedip.cluster.connection import connect

    changes = Changes(connect(request.connection), resources, metallb_namespace=request.metallb_namespace)
    shown, trouble, unwatched, said = None, "", frozenset[str](), frozenset[str]()
    missing: Sequence[Mapping[str, Any]] = ()
    answers = 0
    while True:
        answers += 1
        tidy(answers)
        pause_s: float | None = None
        try:
            found = answer()
        except ClusterError as error:
            if shown is None or error.kind == _LOGGED_OUT:
                raise
            if str(error) != trouble:
                report(error)
            trouble = str(error)
            pause_s = unevenly(_AFTER_TROUBLE_S)
        else:
            trouble = ""
            told = _told(found.document)
            if told != shown:
                found.show()
            shown = told
            gaps = found.document["source"]["notRead"]
            if any(note["code"] == "SIP904" for note in found.document["notes"]):
                pause_s = _IN_FLIGHT_S
            # A refusal that is new may be one for a moment; one that stays is no reason to go on asking.
            if any(gap["reason"] == "failed" or gap not in missing for gap in gaps):
                pause_s = unevenly(_AFTER_TROUBLE_S)
            missing = gaps
            # What was refused when the watches began, and is read by now.
            unwatched = changes.narrow - {gap["resource"] for gap in gaps}
        unwatched |= changes.unwatched
        if unwatched - said:
            said |= unwatched
            say([f"{', '.join(sorted(said))} may not be watched: looked at every {_LOOK_AGAIN_S:g} s."])
        if pause_s is None and unwatched:
            pause_s = _LOOK_AGAIN_S
        changes.wait(pause_s, gather_s=_GATHER_S)


def tidy(answers: int) -> None:
    """Gives back, every so many answers, what a short run leaves to its end: nothing does so by itself."""
    if answers % _COLLECTED_EVERY == 0:
        gc.collect()


def _told(document: dict[str, Any]) -> str:
    """All that a document says, but for when it was made."""
    source = {**document["source"], "takenAt": None}
    return json.dumps({**document, "source": source})
