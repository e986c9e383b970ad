"""One run of a way: where it is, and what it comes to.

It keeps the journal ahead of the cluster, an edit ``sent`` on disk before it is sent, so that no
crash leaves an edit that the journal does not know. It refuses to go on after an edit that was not
made, and to say more than it has seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from kubectl_sharedip.apply.course import Course
from kubectl_sharedip.apply.fields import Body, value_at
from kubectl_sharedip.apply.journal import Journal
from kubectl_sharedip.apply.journal_record import JournalError
from kubectl_sharedip.apply.making import NotMade, look_for, make
from kubectl_sharedip.apply.meanwhile import Meanwhile
from kubectl_sharedip.apply.patches import reverted
from kubectl_sharedip.apply.sight import Sight
from kubectl_sharedip.apply.signals import Terminated, uninterrupted
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import (
    Applied,
    Changed,
    Done,
    Failed,
    Interrupted,
    JournalLost,
    ProgressEvent,
    Result,
    Sending,
    Skipped,
    Stale,
    Unsure,
    Unverified,
)


@frozen
class Resumed:
    """Of a run that is finished: the places of the way's edits in its journal, and those made before."""

    places: tuple[int, ...]
    made: Mapping[int, Body]  # by the place of the edit, the Service that bears it


class Run:
    """One run, and how far it is."""

    def __init__(
        self,
        connection: Connection,
        way: Way,
        before: Mapping[ServiceName, Body],
        journal: Journal,
        *,
        progress: Callable[[ProgressEvent], None],
        wake_after_s: float,
        relied_on: Iterable[Fact] = (),
        resumed: Resumed | None = None,
    ) -> None:
        """Arguments as of ``carry_out``."""
        self._connection = connection
        self._journal = journal
        self._progress = progress
        self._wake_after_s = wake_after_s
        self._places = resumed.places if resumed is not None else tuple(range(len(way.edits)))
        self._made_before = dict(resumed.made) if resumed is not None else {}
        self._course = Course(way.edits, before)
        self._sight = Sight(connection, way, before, progress)
        self._meanwhile = Meanwhile(connection, relied_on, self._sight.may_hold)

    def whole(self, timeout_s: float, settle_s: float) -> Result:
        """Every edit, then the verifying; arguments as of ``carry_out``."""
        try:
            for place, body in self._made_before.items():
                version = value_at(body, ("metadata", "resourceVersion"))
                if self._journal.entry.progress[place].state != "done":
                    self._journal.record(place, "done", version)
        except JournalError as error:
            if self._course.edits:
                return self._course.stopped(0, JournalLost(error=str(error)))
        for index, edit in enumerate(self._course.edits):
            try:
                if edit.wakes_only and self._acted():
                    self._skip(index, edit)
                else:
                    self._make(index, edit)
                    self._let_answer(index, edit)
            except JournalError as error:
                return self._course.stopped(index, JournalLost(error=str(error)))
            except NotMade as error:
                with suppress(JournalError):  # it then says "sent", which promises nothing
                    if not isinstance(error.because, Unsure):
                        self._journal.record(self._places[index], "failed")
                return self._course.stopped(index, error.because)
        # An edit that somebody takes back will not come to anything: no use waiting for it.
        self._sight.wait_settled(
            lambda: not self._sight.unmet or bool(self._reverted()), time.monotonic() + timeout_s, settle_s
        )
        verdict = self._verdict()
        if isinstance(verdict, Done):
            with suppress(JournalError):  # it then says that nobody saw the end, which does no harm
                self._journal.record_verified()
        return verdict

    def interrupted(self, interrupt: KeyboardInterrupt) -> Interrupted:
        """How far it is, on disk too; an edit under way is looked for once."""
        course = self._course
        if (index := course.sending) is not None and (edit := course.unsure()) is not None:
            last, may_hold = course.last[edit.service], self._sight.may_hold(edit.service)
            with suppress(ClusterError, NotMade, KeyboardInterrupt):
                if (found := look_for(self._connection, edit, last, may_hold)) is not None:
                    self._took(index, found)
        journal_error = None
        with uninterrupted():
            try:
                for done, applied in sorted(course.applied.items()):
                    self._journal.record(self._places[done], "done", applied.resource_version)
            except JournalError as error:
                journal_error = str(error)
        return Interrupted(
            signal="SIGTERM" if isinstance(interrupt, Terminated) else "SIGINT",
            applied=course.so_far(),
            unsure=course.unsure(),
            left=course.left(),
            journal_error=journal_error,
        )

    def _make(self, index: int, edit: Edit) -> None:
        course = self._course
        self._progress(Sending(index=index, total=len(course.edits), edit=edit))
        # Preflight read everything a moment ago; but somebody may have answered to an edit of this run.
        answered = bool(course.applied)
        if answered:
            self._look_around(edit)
        body = make(
            self._connection,
            edit,
            course.last[edit.service],
            may_hold=self._sight.may_hold(edit.service),
            read_first=answered,
            sending=lambda: self._about_to_send(index),
        )
        applied = self._took(index, body)
        self._journal.record(self._places[index], "done", applied.resource_version)
        self._progress(applied)

    def _look_around(self, edit: Edit) -> None:
        """Raises NotMade where what was edited, or what the way rests on, is no longer so."""
        try:
            stale = self._meanwhile.changed(self._course.edited(), but=edit.service)
        except ClusterError as error:
            raise NotMade(Failed(kind=error.kind, error=str(error))) from error
        if stale:
            raise NotMade(Changed(stale=stale))

    def _about_to_send(self, index: int) -> None:
        """From here on nobody can say that the edit was not made, until its answer comes."""
        self._journal.record(self._places[index], "sent")
        self._course.sending = index

    def _took(self, index: int, body: Body) -> Applied:
        applied = self._course.took(index, body)
        self._sight.note(applied.edit.service, body)
        return applied

    def _skip(self, index: int, edit: Edit) -> None:
        self._journal.record(self._places[index], "skipped")
        self._course.skip(index)
        self._progress(Skipped(edit=edit))

    def _acted(self) -> bool:
        """Whether MetalLB does all that was foretold without being woken."""
        if not self._course.applied and not self._made_before:
            return False
        return self._sight.wait(lambda: not self._sight.unmet, time.monotonic() + self._wake_after_s)

    def _let_answer(self, index: int, edit: Edit) -> None:
        """Waits for a visible change before the next edit; that it stays out decides nothing.

        Effects do not say which edit brings them about: a later one may be what it takes.
        """
        following = self._course.edits[index + 1 : index + 2]
        if following and not following[0].wakes_only:
            until_s = time.monotonic() + self._wake_after_s
            self._sight.wait(lambda: edit.service not in self._sight.unmet, until_s)

    def _verdict(self) -> Done | Unverified:
        applied, skipped = self._course.so_far(), self._course.skipped()
        missed, taken_back = self._sight.missed(), self._reverted()
        if not missed and not taken_back:
            return Done(applied=applied, skipped=skipped)
        return Unverified(
            applied=applied, skipped=skipped, missed=missed, reverted=taken_back, error=self._sight.error
        )

    def _reverted(self) -> tuple[Stale, ...]:
        before = (self._journal.entry.edits[place] for place in sorted(self._made_before))
        made = (*before, *(each.edit for each in self._course.so_far()))
        return tuple(reverted(made, self._sight.objects))
