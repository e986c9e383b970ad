"""A case: the objects of its folder, and what messages.md and metallb-rules.md say of them.

``input.yaml`` holds the smallest objects that show it, good beside bad; as a snapshot where it matters
what was read, and when. ``expected.yaml`` holds:

    services:                 every Service of the input, as namespace/name
      shop/web:
        state: Pending        as in the documents; Predicted for one that is not applied yet
        addresses: []
        decisive: SIP201      none where it is left out
        listed: SIP901        what `ls` says of it, which reads less; the decisive one where it is left out
        causes: [SIP201]      the codes of all findings that are causes, one each
        others: []            the codes of the findings that are neither
        certain: true         of all its findings; SIP308 is never certain
        uncertain: []         the codes of findings that are possible where the others are certain
        holders: []           those of its causes together (not compared where it is left out)
        values: {SIP201: {}}  values of a finding's text, compared where they are given
        severities: {}        compared where they are given
        objects: []           what the facts of the decisive finding speak of, where given
        skipped: []           the codes of checks that were not made; those that lack nothing but
                              SELDOM_READ need not be named, nor those on who announces an
                              address in a case that has no object of ANNOUNCING
        unexplained: false    a Pending Service of which nothing can be said
        habits: []            the codes of SIP8xx, compared in the folders of that family; nobody is told
                              of them unless asked to
        habit_values: {}      values of their texts, compared where they are given
        beside: []            SIP702 and SIP704, each with the Service that it is about, as
                              "SIP702 shop/web": given beside the remedies that edit it
    notes: [SIP902]           the codes of the notes, in any order; SIP902 where it is left out
    fix:                      goals, each with the leave that is given
      - service: shop/web
        allow: []
        share-with: shop/api
        ways: [[unpin]]       nothing is chosen; what each listed way needs, the cheapest first
        partners: []          with whom each way shares, where it is a goal of its own
        needs: []             what the chosen way needs
        chosen: []            its edits: {namespace/name: {annotation or field: value, null: removed}}
        gets: []              the addresses that the chosen way gives the named Service
        moves: {}             everybody else's addresses after it; nobody else where it is left out
        blocked: SIP308       no plan is possible at all
        differs: why          the planner is known to do otherwise: a strict xfail
    never: []                 traps: texts that stand in no remedy and in no plan for any Service of
                              the input, whatever leave is given. An edit is looked at as
                              "shop/web metallb.io/allow-shared-ip=k", with null for what it removes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kubectl_sharedip.diagnose.catalogue import CATALOGUE

FOLDER = Path(__file__).parents[1] / "cases"

#: ``listed``, where nothing is said of it.
DECISIVE = "the decisive one"

Codes = tuple[str, ...]

#: Kinds that few cases bring.
SELDOM_READ = frozenset({"configurationstates", "daemonsets", "events"})

#: Kinds that say who announces an address, and their resources.
ANNOUNCING = {
    "L2Advertisement": "l2advertisements",
    "BGPAdvertisement": "bgpadvertisements",
    "BGPPeer": "bgppeers",
    "Node": "nodes",
    "Pod": "pods",
    "EndpointSlice": "endpointslices",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of one Service."""

    name: str
    state: str
    addresses: Sequence[str] = ()
    decisive: str | None = None
    listed: str | None = DECISIVE
    causes: Sequence[str] = ()
    others: Sequence[str] = ()
    certain: bool = True
    uncertain: Sequence[str] = ()
    holders: Sequence[str] | None = None
    values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    objects: Sequence[str] | None = None
    skipped: Sequence[str] = ()
    unexplained: bool = False
    habits: Sequence[str] = ()
    habit_values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    beside: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One goal, and what is expected of its plan; None is not compared."""

    service: str
    allow: Sequence[str] = ()
    share_with: str | None = None
    ways: Sequence[Sequence[str]] | None = None
    partners: Sequence[str] | None = None
    needs: Sequence[str] | None = None
    chosen: Sequence[Mapping[str, Mapping[str, str | None]]] | None = None
    gets: Sequence[str] | None = None
    moves: Mapping[str, Sequence[str]] = field(default_factory=dict)
    blocked: str | None = None
    differs: str | None = None

    @property
    def feasible(self) -> bool:
        """Whether a way is to be chosen."""
        return self.ways is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One folder."""

    name: str
    file: Path
    services: tuple[Expected, ...]
    notes: Codes
    aims: tuple[Aim, ...]
    never: tuple[str, ...]

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The objects of the input, as a YAML reader of no account reads them."""
        found = [body for body in yaml.safe_load_all(self.file.read_text()) if body]
        return found if self.snapshot is None else list(found[0]["items"])

    @property
    def snapshot(self) -> dict[str, Any] | None:
        """The snapshot that the input is, all but its objects; None where it is manifests."""
        first = next(yaml.safe_load_all(self.file.read_text()))
        return {**first, "items": []} if first["kind"] == "Snapshot" else None

    def written(self, documents: Sequence[Mapping[str, Any]]) -> str:
        """The input as YAML, with these objects in place of its own."""
        snapshot = self.snapshot
        return yaml.safe_dump_all([{**snapshot, "items": [*documents]}] if snapshot else documents)

    @property
    def of_habits(self) -> bool:
        """Whether the case shows habits, so that those of its Services are told."""
        return self.name.startswith("SIP8")

    @property
    def applied(self) -> bool:
        """Whether every Service is in the cluster already, so that the order of the input says nothing."""
        services = [body for body in self.documents if body["kind"] == "Service"]
        return all("uid" in body["metadata"] for body in services)

    def skipped(self, expected: Expected) -> frozenset[str]:
        """The codes of the checks that are not made of a Service: those listed, and those on who
        announces its address where no object of the case could tell."""
        listed = frozenset(expected.skipped)
        kinds = {str(body["kind"]).removesuffix("List") for body in self.documents}
        if kinds & set(ANNOUNCING) or not expected.addresses or expected.state == "NotHandled":
            return listed
        resources = set(ANNOUNCING.values())
        return listed | {row.code for row in CATALOGUE.values() if resources.intersection(row.reads)}


def all_cases() -> list[Case]:
    """Every folder of tests/cases, by name. Raises TypeError for a word that is not known."""
    return [_case(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]


def _case(folder: Path) -> Case:
    told = yaml.safe_load((folder / "expected.yaml").read_text())
    unknown = set(told) - {"services", "notes", "fix", "never"}
    if unknown:
        raise TypeError(f"{folder.name}: {', '.join(sorted(unknown))}")
    aims = [{name.replace("-", "_"): value for name, value in aim.items()} for aim in told.get("fix", ())]
    return Case(
        name=folder.name,
        file=folder / "input.yaml",
        services=tuple(Expected(name=name, **one) for name, one in told["services"].items()),
        notes=tuple(told.get("notes", ("SIP902",))),
        aims=tuple(Aim(**aim) for aim in aims),
        never=tuple(map(str, told.get("never", ()))),
    )
