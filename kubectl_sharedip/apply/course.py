"""How far a run is: which of its edits were made, skipped, or may be on their way.

It refuses to send, to wait and to write: it is what ``run`` knows, in one place.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.apply.fields import Body, value_at
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit
from kubectl_sharedip.model.results import Applied, Because, Stopped


class Course:
    """The edits of a run by their index, 0 or more, and what became of each.

    ``last`` has each edited Service as last seen, ``applied`` what was made; ``sending`` is the
    index of the edit that nobody can call unmade, None where there is none.
    """

    def __init__(self, edits: tuple[Edit, ...], before: Mapping[ServiceName, Body]) -> None:
        """Arguments: the edits in their order; the Services before, each edited one at least."""
        self.edits = edits
        self.last = {edit.service: before[edit.service] for edit in edits}
        self.applied: dict[int, Applied] = {}
        self.sending: int | None = None
        self._skipped: list[int] = []

    def took(self, index: int, body: Body) -> Applied:
        """The server took the edit, and this is its Service now."""
        edit = self.edits[index]
        version = value_at(body, ("metadata", "resourceVersion")) or ""
        self.last[edit.service] = body
        self.applied[index] = Applied(edit=edit, resource_version=version)
        self.sending = None
        return self.applied[index]

    def skip(self, index: int) -> None:
        """The edit was not needed."""
        self._skipped.append(index)

    def edited(self) -> dict[ServiceName, Body]:
        """The Services that were edited, as their last edit left them."""
        return {one.edit.service: self.last[one.edit.service] for one in self.applied.values()}

    def so_far(self) -> tuple[Applied, ...]:
        """What was made, in order."""
        return tuple(applied for _, applied in sorted(self.applied.items()))

    def skipped(self) -> tuple[Edit, ...]:
        """The edits that were not needed."""
        return tuple(self.edits[index] for index in self._skipped)

    def unsure(self) -> Edit | None:
        """The edit that may have been made."""
        return None if self.sending is None else self.edits[self.sending]

    def left(self) -> tuple[Edit, ...]:
        """The edits that were neither made nor skipped nor may be on their way."""
        known = {*self.applied, *self._skipped, self.sending}
        return tuple(edit for index, edit in enumerate(self.edits) if index not in known)

    def stopped(self, index: int, because: Because) -> Stopped:
        """The run ends at this edit."""
        left = self.edits[index + 1 :]
        return Stopped(applied=self.so_far(), at=self.edits[index], because=because, left=left)
