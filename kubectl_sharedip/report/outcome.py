"""What came of a plan, in words."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.model.results import (
    Applied,
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
    Unverified,
    Waiting,
)
from kubectl_sharedip.report.ways import addresses_text, edit_text, list_text


def progress_line(event: ProgressEvent) -> str:
    """One step, empty where it is not worth a line."""
    if isinstance(event, Sending):
        return f"Edit {event.index + 1} of {event.total}: {edit_text(event.edit)}"
    if isinstance(event, Skipped):
        return "MetalLB acted by itself: the edit that wakes it is not needed."
    if isinstance(event, Waiting) and event.services:
        return f"Waiting for MetalLB: {', '.join(map(str, event.services))}"
    return ""


def outcome_lines(result: Result) -> Iterator[str]:
    """The end of a run, the answer first."""
    if isinstance(result, Done):
        yield "Done: MetalLB did what was foretold, and nobody else moved."
    elif isinstance(result, Judged):
        yield "The API server would accept every edit; nothing was changed."
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
        yield f"Stopped at an edit of {result.at.service}: {_because(result)}"
        yield from _made(result.applied, len(result.left) + 1)
    else:
        yield from _interrupted(result)


def stale_line(stale: Stale) -> str:
    """One field that is not what it was."""
    if not stale.field:
        return f"{stale.object} is gone"
    return f"{stale.object}: {stale.field} was {_value(stale.was)} and is {_value(stale.now)}"


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


def _because(result: Stopped) -> str:
    because = result.because
    if isinstance(because, Changed):
        return "somebody else changed it: " + "; ".join(stale_line(one) for one in because.stale)
    return _one_line(because.error)


def _one_line(error: str) -> str:
    """What went wrong, then in brackets what to do about it."""
    first, *rest = [" ".join(line.split()) for line in error.splitlines() if line.strip()] or [""]
    return f"{first} ({' '.join(rest)})" if rest else first


def _value(value: str | None) -> str:
    return "not set" if value is None else f'"{value}"'
