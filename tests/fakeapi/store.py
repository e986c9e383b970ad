"""The objects of the fake API server, and what happened to them, by resourceVersion.

It refuses to know HTTP. Objects handed out are copies: nobody changes the store by accident.
"""

from __future__ import annotations

import copy
import threading
import uuid
from dataclasses import dataclass
from typing import Any

from .catalogue import of_kind, of_plural

Json = dict[str, Any]
Key = tuple[str, str, str]  # plural, namespace, name

_FIRST_VERSION = 1000


class Conflict(Exception):
    """The resourceVersion given is not that of the object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write: the object before and after, None where there was or is none."""

    version: int
    plural: str
    before: Json | None
    after: Json | None


class Store:
    """Objects by plural, namespace and name. ``changed`` is notified of every write and of the end."""

    def __init__(self, objects: list[Json]) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.version = _FIRST_VERSION
        self.oldest = 0  # watches and pages from before it have expired
        self._objects: dict[Key, Json] = {}
        self._changes: list[Change] = []
        for body in objects:
            self.put(body)

    def put(self, body: Json) -> Json:
        """Create or replace an object as it stands, with a new resourceVersion."""
        with self.changed:
            key = key_of(body)
            before = self._objects.get(key)
            after = copy.deepcopy(body)
            metadata = after.setdefault("metadata", {})
            known = (before or {}).get("metadata", {})
            metadata.setdefault("uid", known.get("uid") or str(uuid.uuid4()))
            metadata.setdefault("creationTimestamp", known.get("creationTimestamp") or "2026-01-02T03:04:05Z")
            self._write(key, before, after)
            return copy.deepcopy(after)

    def delete(self, key: Key) -> None:
        """Remove an object. Raises KeyError where there is none."""
        with self.changed:
            before = self._objects.pop(key)
            self._log(Change(version=self._next(), plural=key[0], before=before, after=None))

    def patch(self, key: Key, patch: Json, *, status: bool, dry_run: bool) -> Json:
        """Merge-patch an object or its status. Raises KeyError, or Conflict for a stale version."""
        with self.changed:
            before = self._objects[key]
            wanted = (patch.get("metadata") or {}).get("resourceVersion")
            if wanted not in (None, before["metadata"]["resourceVersion"]):
                raise Conflict
            after = merged(before, patch)
            if not status and "status" in before:
                after["status"] = before["status"]  # a subresource of its own
            elif not status:
                after.pop("status", None)
            if after != before and not dry_run:
                self._write(key, before, after)
            return copy.deepcopy(after)

    def get(self, key: Key) -> Json:
        """A copy of one object. Raises KeyError."""
        with self.changed:
            return copy.deepcopy(self._objects[key])

    def all(self, plural: str, namespace: str | None = None) -> list[Json]:
        """Copies of all objects of a resource, in the order of their keys."""
        with self.changed:
            keys = sorted(k for k in self._objects if k[0] == plural and namespace in (None, k[1]))
            return [copy.deepcopy(self._objects[key]) for key in keys]

    def changes_after(self, version: int, plural: str) -> list[Change]:
        """What happened to a resource after a resourceVersion."""
        with self.changed:
            return [
                change for change in self._changes if change.version > version and change.plural == plural
            ]

    def _write(self, key: Key, before: Json | None, after: Json) -> None:
        version = self._next()
        after["metadata"]["resourceVersion"] = str(version)
        self._objects[key] = after
        self._log(Change(version=version, plural=key[0], before=before, after=after))

    def _next(self) -> int:
        self.version += 1
        return self.version

    def _log(self, change: Change) -> None:
        self._changes.append(change)
        self.changed.notify_all()


def key_of(body: Json) -> Key:
    """The key of an object, from its kind and metadata."""
    served = of_kind(body["kind"])
    return key(served.plural, body["metadata"].get("namespace"), body["metadata"]["name"])


def key(plural: str, namespace: str | None, name: str) -> Key:
    """The key of an object of that resource; the namespace is empty where it has none."""
    return plural, (namespace or "default") if of_plural(plural).namespaced else "", name


def merged(target: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7386) applied to a copy."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = copy.deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
