"""One run of a way: where it is, and what it comes to.

It keeps the journal ahead of the cluster, an edit ``sent`` on disk before it is sent, so that no
crash leaves an edit that the journal does not know. It refuses to go on after an edit that was not
made, and to say more than it has seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from kubectl_sharedip.apply.fields import Body, value_at
from kubectl_sharedip.apply.journal import Journal
from kubectl_sharedip.apply.journal_record import JournalError
from kubectl_sharedip.apply.making import NotMade, look_for, make
from kubectl_sharedip.apply.meanwhile import meanwhile, service_of
from kubectl_sharedip.apply.patches import reverted
from kubectl_sharedip.apply.sight import Sight
from kubectl_sharedip.apply.signals import Terminated, uninterrupted
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import (
    Applied,
    Because,
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
    Stopped,
    Unsure,
    Unverified,
)


@dataclass(frozen=True, slots=True, kw_only=True)
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
        self._relied_on = tuple(relied_on)
        self._edits = way.edits
        self._journal = journal
        self._progress = progress
        self._wake_after_s = wake_after_s
        self._places = resumed.places if resumed is not None else tuple(range(len(way.edits)))
        self._made_before = dict(resumed.made) if resumed is not None else {}
        self._last = {edit.service: before[edit.service] for edit in way.edits}
        self._sight = Sight(connection, way, before, progress)
        self._applied: dict[int, Applied] = {}
        self._skipped: list[int] = []
        self._sending: int | None = None

    def whole(self, timeout_s: float, settle_s: float) -> Result:
        """Every edit, then the verifying; arguments as of ``carry_out``."""
        try:
            for place, body in self._made_before.items():
                version = value_at(body, ("metadata", "resourceVersion"))
                if self._journal.entry.progress[place].state != "done":
                    self._journal.record(place, "done", version)
        except JournalError as error:
            if self._edits:
                return self._stopped(0, JournalLost(error=str(error)))
        for index, edit in enumerate(self._edits):
            try:
                if edit.wakes_only and self._acted():
                    self._skip(index, edit)
                else:
                    self._make(index, edit)
                    self._let_answer(index, edit)
            except JournalError as error:
                return self._stopped(index, JournalLost(error=str(error)))
            except NotMade as error:
                with suppress(JournalError):  # it then says "sent", which promises nothing
                    if not isinstance(error.because, Unsure):
                        self._journal.record(self._places[index], "failed")
                return self._stopped(index, error.because)
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
        if (index := self._sending) is not None:
            edit = self._edits[index]
            last, may_hold = self._last[edit.service], self._sight.may_hold(edit.service)
            with suppress(ClusterError, NotMade, KeyboardInterrupt):
                if (found := look_for(self._connection, edit, last, may_hold)) is not None:
                    self._took(index, edit, found)
        journal_error = None
        with uninterrupted():
            try:
                for done, applied in sorted(self._applied.items()):
                    self._journal.record(self._places[done], "done", applied.resource_version)
            except JournalError as error:
                journal_error = str(error)
        return Interrupted(
            signal="SIGTERM" if isinstance(interrupt, Terminated) else "SIGINT",
            applied=self._so_far(),
            unsure=None if self._sending is None else self._edits[self._sending],
            left=self._left(but=self._sending),
            journal_error=journal_error,
        )

    def _make(self, index: int, edit: Edit) -> None:
        self._progress(Sending(index=index, total=len(self._edits), edit=edit))
        # Preflight read everything a moment ago; but somebody may have answered to an edit of this run.
        if self._applied:
            self._look_around(edit)
        last, may_hold = self._last[edit.service], self._sight.may_hold(edit.service)
        body = make(
            self._connection,
            edit,
            last,
            may_hold=may_hold,
            read_first=bool(self._applied),
            sending=lambda: self._about_to_send(index),
        )
        self._took(index, edit, body)
        self._journal.record(self._places[index], "done", self._applied[index].resource_version)
        self._progress(self._applied[index])

    def _look_around(self, edit: Edit) -> None:
        """Raises NotMade where what was edited, or what the way rests on, is no longer so."""
        made = {applied.edit.service for applied in self._applied.values()} - {edit.service}
        try:
            stale = meanwhile(
                self._connection,
                {name: self._last[name] for name in made},
                [fact for fact in self._relied_on if service_of(fact) != edit.service],
                self._sight.may_hold,
            )
        except ClusterError as error:
            raise NotMade(Failed(kind=error.kind, error=str(error))) from error
        if stale:
            raise NotMade(Changed(stale=stale))

    def _about_to_send(self, index: int) -> None:
        """From here on nobody can say that the edit was not made, until its answer comes."""
        self._journal.record(self._places[index], "sent")
        self._sending = index

    def _took(self, index: int, edit: Edit, body: Body) -> None:
        version = value_at(body, ("metadata", "resourceVersion")) or ""
        self._applied[index] = Applied(edit=edit, resource_version=version)
        self._sending = None
        self._last[edit.service] = body
        self._sight.note(edit.service, body)

    def _skip(self, index: int, edit: Edit) -> None:
        self._journal.record(self._places[index], "skipped")
        self._skipped.append(index)
        self._progress(Skipped(edit=edit))

    def _acted(self) -> bool:
        """Whether MetalLB does all that was foretold without being woken."""
        if not self._applied and not self._made_before:
            return False
        return self._sight.wait(lambda: not self._sight.unmet, time.monotonic() + self._wake_after_s)

    def _let_answer(self, index: int, edit: Edit) -> None:
        """Waits for a visible change before the next edit; that it stays out decides nothing.

        Effects do not say which edit brings them about: a later one may be what it takes.
        """
        following = self._edits[index + 1 : index + 2]
        if following and not following[0].wakes_only:
            until_s = time.monotonic() + self._wake_after_s
            self._sight.wait(lambda: edit.service not in self._sight.unmet, until_s)

    def _verdict(self) -> Done | Unverified:
        skipped = tuple(self._edits[index] for index in self._skipped)
        missed, taken_back = self._sight.missed(), self._reverted()
        if not missed and not taken_back:
            return Done(applied=self._so_far(), skipped=skipped)
        return Unverified(
            applied=self._so_far(),
            skipped=skipped,
            missed=missed,
            reverted=taken_back,
            error=self._sight.error,
        )

    def _stopped(self, index: int, because: Because) -> Stopped:
        at = self._edits[index]
        return Stopped(applied=self._so_far(), at=at, because=because, left=self._edits[index + 1 :])

    def _reverted(self) -> tuple[Stale, ...]:
        before = (self._journal.entry.edits[place] for place in sorted(self._made_before))
        made = (*before, *(each.edit for each in self._so_far()))
        return tuple(reverted(made, self._sight.objects))

    def _so_far(self) -> tuple[Applied, ...]:
        return tuple(applied for _, applied in sorted(self._applied.items()))

    def _left(self, *, but: int | None) -> tuple[Edit, ...]:
        known = {*self._applied, *self._skipped, but}
        return tuple(edit for index, edit in enumerate(self._edits) if index not in known)
