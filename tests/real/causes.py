"""The files of causes/: a cluster that is made step by step, and what MetalLB and ``why`` then say.

    service: default/web      the one that is asked about
    versions: ["0.16.1"]      the MetalLB versions on which it is played
    single-stack: true        on a cluster of its own, whose Services have IPv4 clusterIPs alone
    fixes: [web --allow unpin]  every ``kubectl sharedip fix`` that is offered, by what follows "fix",
                              on every version that tests know, those that ``versions`` lacks too
    by-hand: []               every other command that is offered and can be typed as it stands, by
                              what follows "kubectl"; none where it is left out
    fixes-differ:             where others are offered on a version; also: by-hand-differs
      "0.13.12": []
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
copied from an output; so are the remedies. In an event's text holders stand sorted: MetalLB's own
order is random. A version that ``versions`` lacks has the same steps, each annotation under the
prefix that it knows.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.real.steps import Step, step_of, text_under_old_prefix, under_old_prefix
from tests.realcluster import parts

FOLDER = Path(__file__).parent / "causes"

Json = dict[str, Any]
_NORMAL = ("IPAllocated", "ClearAssignment", "AdditionalAssignFailed")
_WITHOUT_NEW_PREFIX = ("0.13.12",)


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
    fixes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    by_hand: Mapping[str, Sequence[str]] = field(default_factory=dict)
    single_stack: bool = False

    def steps_on(self, version: str) -> Sequence[Step]:
        """The steps as they mean on this version what they mean on the newest."""
        if not _is_translated(version, self.on):
            return self.steps
        return tuple(under_old_prefix(step) for step in self.steps)

    def expected_on(self, version: str) -> Expected:
        """What comes of it; on a version that the file lacks, what comes of it on the newest."""
        return self.on.get(version) or self.on[parts.METALLB_VERSIONS[0]]


def all_causes() -> tuple[Cause, ...]:
    """Every file, by name. Raises TypeError or ValueError for a word that is not known."""
    return tuple(_cause(path) for path in sorted(FOLDER.glob("*.yaml"), key=lambda path: path.stem))


def _cause(path: Path) -> Cause:
    told = yaml.safe_load(path.read_text())
    service, versions, expect = told.pop("service"), told.pop("versions"), told.pop("expect")
    differs, single_stack = told.pop("differs", {}), told.pop("single-stack", False)
    fixes, fixes_differ = told.pop("fixes"), told.pop("fixes-differ", {})
    by_hand, by_hand_differs = told.pop("by-hand", ()), told.pop("by-hand-differs", {})
    steps = tuple(step_of(dict(one)) for one in told.pop("steps"))
    known = set(parts.METALLB_VERSIONS)
    unknown = {
        *told,
        *(set(differs) - set(versions)),
        *({*versions, *fixes_differ, *by_hand_differs} - known),
    }
    if unknown:
        raise ValueError(f"{path.name}: {', '.join(sorted(unknown))}")
    return Cause(
        name=path.stem,
        service=service,
        steps=steps,
        on={version: _expected({**expect, **differs.get(version, {})}) for version in versions},
        fixes={v: tuple(fixes_differ.get(v, fixes)) for v in parts.METALLB_VERSIONS},
        by_hand={
            v: tuple(by_hand_differs[v] if v in by_hand_differs else _typed(by_hand, v, versions))
            for v in parts.METALLB_VERSIONS
        },
        single_stack=single_stack,
    )


def _typed(commands: Sequence[str], version: str, versions: Container[str]) -> Sequence[str]:
    if not _is_translated(version, versions):
        return commands
    return tuple(text_under_old_prefix(command) for command in commands)


def _is_translated(version: str, versions: Container[str]) -> bool:
    return version not in versions and version in _WITHOUT_NEW_PREFIX


def _expected(told: Json) -> Expected:
    return Expected(**{**told, "events": tuple(_said(told.get("events", ())))})


def _said(told: Sequence[Mapping[str, str]]) -> Iterator[Said]:
    for event in told:
        for reason, text in event.items():
            yield Said(reason=reason, type="Normal" if reason in _NORMAL else "Warning", text=text)
