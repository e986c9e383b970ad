"""Carries out one way: its edits in order, each recorded before and after, then MetalLB's answer.

Nothing is forced: an edit goes out under the resourceVersion last read, and where the object holds
anything else than foretold the run ends there. It refuses to plan again, to edit what the way does
not name, and to take back what was done; each ending is a value that says how far it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kubectl_sharedip.apply.fields import Body
from kubectl_sharedip.apply.journal import Journal
from kubectl_sharedip.apply.making import NotMade, judge
from kubectl_sharedip.apply.run import Resumed, Run
from kubectl_sharedip.apply.signals import termination_interrupts
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import Judged, ProgressEvent, Refused, Result, Sending


def default_timeout_s(count: int) -> float:
    """How long to wait for MetalLB, in seconds, in a cluster of ``count`` LoadBalancer Services."""
    return max(60.0, 0.03 * count)


def carry_out(
    connection: Connection,
    way: Way,
    before: Mapping[ServiceName, Body],
    journal: Journal | None,
    *,
    dry_run_server: bool,
    timeout_s: float,
    progress: Callable[[ProgressEvent], None],
    wake_after_s: float = 5.0,
    settle_s: float = 1.0,
    relied_on: Iterable[Fact] = (),
    resumed: Resumed | None = None,
) -> Result:
    """Makes the edits of a way and says whether everything came as foretold.

    Arguments: the connection; the way, which passed preflight; the Services as preflight read
    them, those of the edits and the effects at least (of every other one that has an address it
    is verified that it keeps it); the journal, opened on the same way (None for a dry run);
    whether the API server only judges the edits; how long to wait after the last edit, in
    seconds; who is told of the progress; how long MetalLB has to act by itself before a wake-up
    is sent, in seconds, which is also the longest wait between two edits; how long the foretold
    state has to last, in seconds; the facts of the proof, which are read again between edits; for a
    run that is finished, what was made before.
    Returns Judged for a dry run, else Done, Unverified, Stopped or Interrupted.
    Raises ValueError without a journal, KeyError where ``before`` lacks an edited Service.
    """
    if dry_run_server:
        return _judge(connection, way, before, progress)
    if journal is None:
        raise ValueError("no journal, no edit")
    run = Run(
        connection,
        way,
        before,
        journal,
        progress=progress,
        wake_after_s=wake_after_s,
        relied_on=relied_on,
        resumed=resumed,
    )
    try:
        with termination_interrupts():
            return run.whole(timeout_s, settle_s)
    except KeyboardInterrupt as interrupt:
        return run.interrupted(interrupt)


def _judge(
    connection: Connection,
    way: Way,
    before: Mapping[ServiceName, Body],
    progress: Callable[[ProgressEvent], None],
) -> Judged:
    """Every edit is judged, also after one that is refused: whoever mends one wants to know of the others."""
    refused: list[Refused] = []
    for index, edit in enumerate(way.edits):
        progress(Sending(index=index, total=len(way.edits), edit=edit, dry_run=True))
        try:
            judge(connection, edit, before[edit.service])
        except NotMade as error:
            refused.append(Refused(edit=edit, because=error.because))
    not_taken = [each.edit for each in refused]
    return Judged(edits=tuple(edit for edit in way.edits if edit not in not_taken), refused=tuple(refused))
