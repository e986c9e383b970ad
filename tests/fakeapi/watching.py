"""A watch of the fake API server: the events of one resource, as they happen.

An object that begins or stops to match the selector is ADDED or DELETED, as in the real one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from .answers import failure
from .requests import Meant
from .selection import matches
from .store import Change, Json, Store

_LONGEST_S = 60.0


def events(store: Store, meant: Meant, query: Mapping[str, str], ended: Callable[[], bool]) -> Iterator[Json]:
    """The events after the query's resourceVersion, until its timeoutSeconds or until ``ended()``.

    Where bookmarks are allowed one comes last, and whenever something else in the store has changed.
    """
    end = time.monotonic() + float(query.get("timeoutSeconds") or _LONGEST_S)
    bookmarks = query.get("allowWatchBookmarks") == "true"
    version = int(query.get("resourceVersion") or 0)
    if not version:
        with store.changed:
            version = store.version
            present = store.all(meant.served.plural, meant.namespace)
        yield from ({"type": "ADDED", "object": body} for body in present if matches(body, query))
    elif version < store.oldest:
        yield {"type": "ERROR", "object": failure(410, f"too old resource version: {version}")[1]}
        return
    while True:
        with store.changed:
            while store.version == version and not ended() and time.monotonic() < end:
                store.changed.wait(max(0.0, end - time.monotonic()))
            seen, version = version, store.version
            changes = store.changes_after(seen, meant.served.plural)
        over = ended() or time.monotonic() >= end
        told = False
        for change in changes:
            for event in _told(change, meant, query):
                told = True
                yield event
        if bookmarks and not told:
            yield {"type": "BOOKMARK", "object": _bookmark(meant, version)}
        if over:
            return


def _told(change: Change, meant: Meant, query: Mapping[str, str]) -> Iterator[Json]:
    def selected(body: Json | None) -> bool:
        if body is None or not matches(body, query):
            return False
        return meant.namespace in (None, body["metadata"].get("namespace"))

    had, has = selected(change.before), selected(change.after)
    if has:
        yield {"type": "MODIFIED" if had else "ADDED", "object": change.after}
    elif had and change.before is not None:
        metadata = {**change.before["metadata"], "resourceVersion": str(change.version)}
        yield {"type": "DELETED", "object": {**change.before, "metadata": metadata}}


def _bookmark(meant: Meant, version: int) -> Json:
    served = meant.served
    metadata = {"resourceVersion": str(version)}
    return {"kind": served.kind, "apiVersion": served.group_version, "metadata": metadata}
