"""The files of causes/: a cluster that is made step by step, and what MetalLB and ``why`` then say.

    service: default/web      the one that is asked about
    versions: ["0.16.1"]      the MetalLB versions on which it is played
    single-stack: true        on a cluster of its own, whose Services have IPv4 clusterIPs alone
    steps:                    one after the other, each settled before the next
      - apply: [...]          documents; what is no Service goes together with what follows it
      - edit: service default/web    or: pool lab, namespace shop
        patch: {}             a merge patch
      - delete: pool lab
      - status: service default/web  a merge patch of the status, as another controller would write it
        patch: {}
      - store: {}             a Service as it stands in etcd, past the API server of today
      - controller: stopped   or started
    expect:
      state: Pending          as in the documents
      decisive: SIP206        none where it is left out
      causes: [SIP206]        the codes of all causes, one each; not compared where it is left out
      findings: []            the codes of some more findings, causes or not
      events: []              what MetalLB said in the last step, the newest last: {REASON: text}
      agrees: true            whether the newest one is what ``why`` foretells; null: nobody can tell
      flaps: []               the lists of addresses between which the status goes without end
      after_s: 15             how long nothing has happened when ``why`` is asked
    differs:                  what is otherwise on a version
      "0.13.12": {}

Everything in ``expect`` is written from MetalLB's rules and the table of finding codes, never
copied from an output. In an event's text holders stand sorted: MetalLB's own order is random.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.realcluster import parts

FOLDER = Path(__file__).parent / "causes"

Json = dict[str, Any]
_NORMAL = ("IPAllocated", "ClearAssignment", "AdditionalAssignFailed")


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


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Said:
    """An event of MetalLB about addresses."""

    reason: str
    type: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What comes of it on one version; None is not compared."""

    state: str
    decisive: str | None = None
    causes: Sequence[str] | None = None
    findings: Sequence[str] = ()
    events: Sequence[Said] = ()
    agrees: bool | None = True
    flaps: Sequence[Sequence[str]] = ()
    after_s: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One file."""

    name: str
    service: str
    steps: Sequence[Step]
    on: Mapping[str, Expected] = field(default_factory=dict)
    single_stack: bool = False


def all_causes() -> tuple[Cause, ...]:
    """Every file, by name. Raises TypeError or ValueError for a word that is not known."""
    return tuple(_cause(path) for path in sorted(FOLDER.glob("*.yaml"), key=lambda path: path.stem))


def _cause(path: Path) -> Cause:
    told = yaml.safe_load(path.read_text())
    service, versions, expect = told.pop("service"), told.pop("versions"), told.pop("expect")
    differs, single_stack = told.pop("differs", {}), told.pop("single-stack", False)
    steps = tuple(_step(dict(one)) for one in told.pop("steps"))
    unknown = {*told, *(set(differs) - set(versions)), *(set(versions) - set(parts.METALLB_VERSIONS))}
    if unknown:
        raise ValueError(f"{path.name}: {', '.join(sorted(unknown))}")
    return Cause(
        name=path.stem,
        service=service,
        steps=steps,
        on={version: _expected({**expect, **differs.get(version, {})}) for version in versions},
        single_stack=single_stack,
    )


def _step(told: Json) -> Step:
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


def _expected(told: Json) -> Expected:
    return Expected(**{**told, "events": tuple(_said(told.get("events", ())))})


def _said(told: Sequence[Mapping[str, str]]) -> Iterator[Said]:
    for event in told:
        for reason, text in event.items():
            yield Said(reason=reason, type="Normal" if reason in _NORMAL else "Warning", text=text)
