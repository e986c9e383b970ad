"""Events as lines: what was said of a Service, how long ago, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kubectl_sharedip.render.text import visible, wrap

_Document = Mapping[str, Any]

#: Findings about an event; they are told under it, not among the others.
ABOUT_EVENTS = ("SIP502", "SIP507")


_MOST = 10  # events of one Service


def last_words(item: _Document, taken_at: str | None, width: int | None) -> Iterator[str]:
    """MetalLB's last event about the allocation, as evidence, and what is to be thought of it."""
    telling = [event for event in item["events"] if event["agrees"] is not None]
    about = [finding for finding in item["findings"] if finding["code"] in ABOUT_EVENTS]
    if not telling and not about:
        return
    yield ""
    if telling:
        event = telling[-1]
        head = f"  MetalLB's event ({age(event['lastSeen'], taken_at)}) says {visible(event['reason'])}"
        if any(_reason(event) in finding["message"] for finding in about):
            yield f"{head}:"
        else:
            yield from wrap(f'{head}: "{visible(event["message"])}"', width, 4)
        if event["agrees"] is False and "SIP502" not in [finding["code"] for finding in about]:
            yield from wrap("    It describes an earlier state of the cluster.", width, 4)
    for finding in about:
        yield from wrap(f"    {visible(finding['message'])}  {finding['code']}", width, 4)


def _reason(event: _Document) -> str:
    """What follows the name of the Service: a finding about the event repeats it."""
    text: str = event["message"]
    return text.partition('": ')[2] or text


def all_events(events: Sequence[_Document], taken_at: str | None, width: int | None) -> Iterator[str]:
    """The last events, of whatever component, the latest one last."""
    if not events:
        yield "  No events."
        return
    yield "  Last events"
    if len(events) > _MOST:
        yield f"    {len(events) - _MOST} earlier ones: -o json has them all"
    for event in events[-_MOST:]:
        said = f'{event["type"]} {event["reason"]}: "{event["message"]}"'
        yield from wrap(f"    {age(event['lastSeen'], taken_at):>9}  {visible(said)}", width, 15)


def age(last_seen: str | None, taken_at: str | None) -> str:
    """How long before the snapshot it was; its time, where nobody knows when the snapshot was taken."""
    if last_seen is None:
        return "at an unknown time"
    if taken_at is None:
        return visible(last_seen)
    try:
        seconds = int((_time(taken_at) - _time(last_seen)).total_seconds())
    except (ValueError, TypeError):
        return visible(last_seen)
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit} ago"
    return f"{max(seconds, 0)}s ago"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
