"""What came of carrying out a way, and what is said meanwhile, as values.

The words are made in ``report``. Each ending is a type of its own, so that nobody can take a run
that stopped for one that did not.
"""

from __future__ import annotations

from typing import Literal

from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ObjectRef, ServiceName
from kubectl_sharedip.model.plan import Edit


@frozen
class Stale:
    """A field that is not what it was. None: not there. ``field`` empty: the object is gone."""

    object: ObjectRef
    field: str
    was: str | None
    now: str | None


@frozen
class Applied:
    """An edit that the API server took, and the resourceVersion that it gave."""

    edit: Edit
    resource_version: str


@frozen
class Missed:
    """A Service that is not as foretold. ``seen`` None: it is gone, or was never seen."""

    service: ServiceName
    expected: tuple[tuple[Address, ...], ...]
    seen: tuple[Address, ...] | None


@frozen
class Changed:
    """Somebody else changed the object: these values are not MetalLB's to write."""

    stale: tuple[Stale, ...]


@frozen
class Failed:
    """The edit was refused, or could not be prepared; it was not made. ``error`` has two lines."""

    kind: str
    error: str


@frozen
class Unsure:
    """No answer came and reading again did not tell: the edit may have been made, or may be yet."""

    kind: str
    error: str


@frozen
class JournalLost:
    """The journal could not be written, so nothing more was sent. ``error`` has two lines."""

    error: str


Because = Changed | Failed | Unsure | JournalLost


@frozen
class Done:
    """Every edit was made and every Service is as foretold. ``skipped``: wake-ups not needed."""

    applied: tuple[Applied, ...]
    skipped: tuple[Edit, ...]


@frozen
class Unverified:
    """Every edit was made, and MetalLB did something else, or nothing yet.

    ``reverted`` are edited fields that somebody changed again. ``error`` is why the cluster could
    not be watched to the end, None where it could.
    """

    applied: tuple[Applied, ...]
    skipped: tuple[Edit, ...]
    missed: tuple[Missed, ...]
    reverted: tuple[Stale, ...]
    error: str | None


@frozen
class Stopped:
    """The run ended at the edit ``at``; ``left`` are the edits after it, never sent."""

    applied: tuple[Applied, ...]
    at: Edit
    because: Because
    left: tuple[Edit, ...]


@frozen
class Interrupted:
    """A signal ended the run.

    ``unsure`` is the edit that was being sent and may have been made; ``left`` were never sent;
    both empty: only the verifying is missing. ``journal_error`` says that the journal is behind.
    """

    signal: Literal["SIGINT", "SIGTERM"]
    applied: tuple[Applied, ...]
    unsure: Edit | None
    left: tuple[Edit, ...]
    journal_error: str | None


@frozen
class Refused:
    """An edit that the API server would not take, or that could not be judged."""

    edit: Edit
    because: Because


@frozen
class Judged:
    """Every edit was judged by the API server; a dry run changed nothing.

    ``edits`` are those that it would take, ``refused`` those that it would not.
    """

    edits: tuple[Edit, ...]
    refused: tuple[Refused, ...] = ()


Result = Done | Unverified | Stopped | Interrupted | Judged


@frozen
class Sending:
    """The edit ``index`` (0 or more) of ``total`` is about to be sent, for a judgement only in a dry run."""

    index: int
    total: int
    edit: Edit
    dry_run: bool = False


@frozen
class Waiting:
    """These Services are not yet as foretold, none: it has to last; ``left_s`` seconds remain."""

    services: tuple[ServiceName, ...]
    left_s: float


@frozen
class Skipped:
    """MetalLB acted by itself: the wake-up ``edit`` is not sent."""

    edit: Edit


ProgressEvent = Sending | Applied | Skipped | Waiting
