"""The steps by which a cluster comes to be as a file of causes/ wants it, and the same with old annotations.

It exists because MetalLB before 0.14.9 knows metallb.universe.tf/ alone: a world that is written for the
newest version means on those what it means here only under that prefix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]
_NEW_PREFIX, _OLD_PREFIX = "metallb.io/", "metallb.universe.tf/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Apply:
    """Objects that are created in this order."""

    documents: Sequence[Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """A merge patch of the object ``kind`` ``name``, or of its status."""

    kind: str
    name: str
    status: bool
    body: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    """The object ``kind`` ``name`` goes."""

    kind: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """A Service is written to etcd as it is."""

    document: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Controller:
    """MetalLB's controller is started, or stopped where ``runs`` is false."""

    runs: bool


Step = Apply | Patch | Delete | Store | Controller


def step_of(told: Json) -> Step:
    """The step that a file tells. Raises ValueError for one that is not known."""
    what, value = next(iter(told.items()))
    kind, _, name = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if what == "apply":
        return Apply(documents=tuple(value))
    if what in ("edit", "status"):
        return Patch(kind=kind, name=name, status=what == "status", body=told["patch"])
    if what == "delete":
        return Delete(kind=kind, name=name)
    if what == "store":
        return Store(document=value)
    if what == "controller":
        return Controller(runs=value == "started")
    raise ValueError(what)


def under_old_prefix(step: Step) -> Step:
    """The step with each annotation and label of MetalLB under the old prefix; a pool as it is."""
    if isinstance(step, Apply):
        return replace(step, documents=[_renamed(document) for document in step.documents])
    return replace(step, body=_renamed(step.body)) if isinstance(step, Patch) else step


def _renamed(document: Json) -> Json:
    """The document with its annotations and labels under the old prefix."""
    metadata = dict(document.get("metadata") or {})
    for name in metadata.keys() & {"annotations", "labels"}:
        metadata[name] = {text_under_old_prefix(key): v for key, v in metadata[name].items()}
    return {**document, **({"metadata": metadata} if metadata else {})}


def text_under_old_prefix(text: str) -> str:
    """A key, or a command with keys in it, under the old prefix."""
    return text.replace(_NEW_PREFIX, _OLD_PREFIX)
