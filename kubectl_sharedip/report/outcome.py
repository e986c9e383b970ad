"""What came of a plan, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kubectl_sharedip.model.results import (
    Applied,
    Because,
    Changed,
    Done,
    Interrupted,
    Judged,
    ProgressEvent,
    Result,
    Sending,
    Skipped,
    Stale,
    Stopped,
    Unsure,
    Unverified,
    Waiting,
)
from kubectl_sharedip.report.ways import addresses_text, edit_text, list_text


def progress_line(event: ProgressEvent) -> str:
    """One step, empty where it is not worth a line."""
    if isinstance(event, Sending):
        verb = "Judging edit" if event.dry_run else "Edit"
        return f"{verb} {event.index + 1} of {event.total}: {edit_text(event.edit)}"
    if isinstance(event, Skipped):
        return "MetalLB acted by itself: the edit that wakes it is not needed."
    if isinstance(event, Waiting) and event.services:
        names = ", ".join(map(str, event.services))
        return f"Waiting for MetalLB: {names} (up to {_roughly(event.left_s)} more)"
    return ""


def _roughly(left_s: float) -> str:
    """In steps of ten seconds, so that a line a step is enough; the last ones as they are."""
    left_s = math.ceil(left_s)
    return f"{left_s if left_s <= 10 else -(-left_s // 10) * 10} s"


def outcome_lines(result: Result) -> Iterator[str]:
    """The end of a run, the answer first."""
    if isinstance(result, Done):
        yield "Done: MetalLB did what was foretold, and nobody else moved."
    elif isinstance(result, Judged):
        yield from _judged(result)
    elif isinstance(result, Unverified):
        yield "The edits were made, and MetalLB did not do what was foretold:"
        for missed in result.missed:
            seen = "gone" if missed.seen is None else list_text(missed.seen) or "no address"
            yield f"  {missed.service}: foretold {addresses_text(missed.expected)}, seen {seen}"
        for stale in result.reverted:
            yield f"  put back by somebody: {stale_line(stale)}"
        if result.error:
            yield f"  {_one_line(result.error)}"
    elif isinstance(result, Stopped):
        yield from _stopped(result)
    else:
        yield from _interrupted(result)


def stale_line(stale: Stale) -> str:
    """One field that is not what it was."""
    if not stale.field:
        return f"{stale.object} is gone"
    return f"{stale.object}: {stale.field} was {_value(stale.was)} and is {_value(stale.now)}"


def _judged(result: Judged) -> Iterator[str]:
    if not result.refused:
        yield "The API server would accept every edit; nothing was changed."
        return
    total = len(result.edits) + len(result.refused)
    yield f"Of {total} edits the API server would not take {len(result.refused)}; nothing was changed:"
    for each in result.refused:
        yield f"  {edit_text(each.edit)}: {_because(each.because)}"


def _stopped(result: Stopped) -> Iterator[str]:
    """An edit whose answer was lost, and one that the journal could not note, are not called unmade."""
    made = any(one.edit is result.at for one in result.applied)
    where = f"{'after the' if made else 'at an'} edit of {result.at.service}"
    yield f"Stopped {where}: {_because(result.because)}"
    unsure = isinstance(result.because, Unsure)
    if unsure:
        yield f"  This edit may have been made: {edit_text(result.at)}"
    yield from _made(result.applied, len(result.left) + (not made and not unsure))


def _interrupted(result: Interrupted) -> Iterator[str]:
    yield f"Interrupted ({result.signal})."
    if result.unsure is not None:
        yield f"  This edit may have been made: {edit_text(result.unsure)}"
    yield from _made(result.applied, len(result.left))
    if result.journal_error:
        yield f"  The journal is behind: {_one_line(result.journal_error)}"


def _made(applied: tuple[Applied, ...], left: int) -> Iterator[str]:
    done = ", ".join(str(one.edit.service) for one in applied) or "none"
    yield f"  Edits made: {done}; not made: {left}."


def _because(because: Because) -> str:
    if isinstance(because, Changed):
        return "changed meanwhile by somebody else: " + "; ".join(stale_line(one) for one in because.stale)
    return _one_line(because.error)


def _one_line(error: str) -> str:
    """What went wrong, then in brackets what to do about it."""
    first, *rest = [" ".join(line.split()) for line in error.splitlines() if line.strip()] or [""]
    return f"{first} ({' '.join(rest)})" if rest else first


def _value(value: str | None) -> str:
    return "not set" if value is None else f'"{value}"'
