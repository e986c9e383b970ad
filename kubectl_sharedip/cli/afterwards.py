"""The last words of a run: what came of it, how to go on, and the way back.

They are told by who cannot be interrupted in it (``signals.uninterrupted``): it refuses to wait for
anybody and to ask anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_sharedip.apply.fields import Body
from kubectl_sharedip.apply.journal import Journal
from kubectl_sharedip.apply.run import Resumed
from kubectl_sharedip.apply.wayback import way_back
from kubectl_sharedip.cli.failures import Exit
from kubectl_sharedip.cli.output import say, say_as_it_is
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit
from kubectl_sharedip.model.results import Done, Interrupted, Judged, Result, Stopped, Unsure
from kubectl_sharedip.report.commands import InForce
from kubectl_sharedip.report.outcome import outcome_lines
from kubectl_sharedip.report.undo import undo_command


@frozen
class Afterwards:
    """What the words need: the flags that commands repeat, the --journal-dir, and the journal.

    ``before`` are the Services before the run; ``resumed`` says what an earlier process made.
    """

    flags: InForce
    journal_dir: str | None
    journal: Journal | None
    before: Mapping[ServiceName, Body]
    resumed: Resumed | None

    def tell(self, result: Result) -> dict[str, Any]:
        """Says what came of it on stderr; returns the ``result`` of the document."""
        say(outcome_lines(result))
        self._tell_how_to_go_on(result)
        back = self._way_back(result)
        if back:
            say(["The way back:"])
            say_as_it_is(f"  {line}" for line in back)
        return {
            "applied": bool(_made(result)),
            "verified": isinstance(result, Done),
            "journal": str(self.journal.path) if self.journal is not None else None,
            "wayBack": list(back),
        }

    def tell_from_journal(self) -> None:
        """What is known where no result was had: how far the journal says that it came."""
        if self.journal is None or not self.journal.entry.touched:
            say(["Interrupted: nothing was changed."])
            return
        entry = self.journal.entry
        say([f"Interrupted. The journal says: {entry.made} of {len(entry.edits)} edits made."])
        say_as_it_is([*self._finish(), *self._take_back()])

    def _tell_how_to_go_on(self, result: Result) -> None:
        """The commands for a run that did not come to its end."""
        if self.journal is None or isinstance(result, Done):
            return
        touched = self.journal.entry.touched
        unmade = isinstance(result, Stopped) or (
            isinstance(result, Interrupted) and (result.unsure is not None or bool(result.left))
        )
        lines: list[str] = []
        if unmade or (touched and isinstance(result, Interrupted)):
            lines.extend(self._finish())
        if touched:
            lines.extend(self._take_back())
        say_as_it_is(lines)

    def _finish(self) -> Sequence[str]:
        return "To finish it:", f"  {self._undo(resume=True)}"

    def _take_back(self) -> Sequence[str]:
        return "To take it back:", f"  {self._undo(resume=False)}"

    def _undo(self, *, resume: bool) -> str:
        assert self.journal is not None
        return undo_command(self.journal.id, self.flags, resume=resume, journal_dir=self.journal_dir)

    def _way_back(self, result: Result) -> tuple[str, ...]:
        """The lines for all that was made, by an earlier process too where a run was finished."""
        before, earlier = self.before, tuple[Edit, ...]()
        if self.journal is not None and self.resumed is not None:
            entry = self.journal.entry
            before = entry.before
            earlier = tuple(entry.edits[place] for place in sorted(self.resumed.made))
        return way_back((*earlier, *_made(result)), before, flags=self.flags.kubectl)


def status_of(result: Result) -> Exit:
    """The exit status of cli.md for this end."""
    if isinstance(result, Judged):
        # What the API server would not accept is no plan; nothing was stopped midway.
        return Exit.NO_PLAN if result.refused else Exit.OK
    if isinstance(result, Interrupted):
        return Exit.TERMINATED if result.signal == "SIGTERM" else Exit.INTERRUPTED
    return Exit.OK if isinstance(result, Done) else Exit.STOPPED


def _made(result: Result) -> tuple[Edit, ...]:
    """The edits that were made, or may have been, in their order."""
    if isinstance(result, Judged):
        return ()
    unsure: Edit | None = None
    if isinstance(result, Interrupted):
        unsure = result.unsure
    elif isinstance(result, Stopped) and isinstance(result.because, Unsure):
        unsure = result.at
    return (*(applied.edit for applied in result.applied), *((unsure,) if unsure else ()))
