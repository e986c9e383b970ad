"""Small random clusters in which Services meet, and what may be asked of them.

The clusters are settled by the rules, Service after Service; in some, somebody then changes a
field that MetalLB has not looked at yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.settle import Settled, held_by, settle, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.allowance import ALLOWANCES, Allowance
from kubectl_sharedip.model.edited import edited
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal, Plan, Way
from kubectl_sharedip.plan.make import make_plan
from tests.metallb_rules.worlds import Document, kept_for, pool, read_service, service, state

_VERSIONS = ("0.16.1", "0.16.1", "0.16.1", "0.15.2", "0.14.9", "0.14.8", "0.13.12")
_RANGES = ("192.0.2.1/32", "192.0.2.0/31", "192.0.2.0-192.0.2.2", "192.0.2.0/29")
_ADDRESSES = ("192.0.2.0", "192.0.2.1", "192.0.2.1", "192.0.2.2", "198.51.100.0", "203.0.113.9", "192.0.2.1,")
_PORTS = ("TCP/80", "TCP/443", "UDP/53", "TCP/53")
_PREFIXES = ("metallb.io/", "metallb.io/", "metallb.universe.tf/")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallWorld:
    """A cluster at one moment, of one version."""

    version: str
    documents: tuple[Document, ...]

    @property
    def state(self) -> State:
        """What MetalLB knows of it."""
        return state(*self.documents, version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A goal in a world, under some leave, and the plan for it."""

    state: State
    goal: Goal
    allowed: tuple[Allowance, ...]
    plan: Plan

    @property
    def ways(self) -> tuple[Way, ...]:
        """Every way, the chosen one first."""
        return (*([self.plan.chosen] if self.plan.chosen else []), *self.plan.ways)


def draw_world(rng: Random, size: int | None = None) -> SmallWorld:
    """A random world; the same for the same numbers. ``size``: how many Services, else two to five."""
    version = rng.choice(_VERSIONS)
    pools = [pool("lab", rng.choice(_RANGES))]
    if rng.random() < 0.3:
        spec = rng.choice(({"autoAssign": False}, {"serviceAllocation": kept_for("bank")}))
        pools.append(pool("spare", "198.51.100.0/31", **spec))
    services = [_draw_service(rng, name) for name in "abcdefgh"[: size or rng.randint(2, 5)]]
    present = state(*pools, version=version)
    for document in services:
        came = ServiceEdit(service=read_service(document))
        present = settle(present, [came], unrested(present)).ends[0]
    for document in services:
        held = held_by(present, read_service(document).name)
        document["status"] = {"loadBalancer": {"ingress": [{"ip": str(address)} for address in held]}}
    if rng.random() < 0.2:
        _disturb(rng, rng.choice(services))
    return SmallWorld(version=version, documents=(*pools, *services))


def _draw_service(rng: Random, name: str) -> Document:
    prefix = rng.choice(_PREFIXES)
    annotations: dict[str, str] = {}
    if rng.random() < 0.6:
        annotations[f"{prefix}allow-shared-ip"] = rng.choice(("k", "k", "k", "z", ""))
        if rng.random() < 0.1:
            annotations["metallb.universe.tf/allow-shared-ip"] = "k"
    spec: dict[str, Any] = {}
    if rng.random() < 0.5:
        wanted = rng.choice(_ADDRESSES)
        if rng.random() < 0.5:
            annotations[f"{prefix}loadBalancerIPs"] = wanted
        if rng.random() < 0.5:
            spec["loadBalancerIP"] = wanted
    if rng.random() < 0.15:
        annotations[f"{prefix}address-pool"] = rng.choice(("lab", "spare", "nope"))
    local = rng.choice((None, None, None, "x", "y", ""))
    document = service(
        f"{rng.choice(('shop', 'shop', 'bank'))}/{name}",
        ports=rng.sample(_PORTS, rng.choice((1, 1, 2))),
        local=local,
        annotations=annotations,
        **spec,
    )
    if rng.random() < 0.1:
        owner = {"apiVersion": "example.com/v1", "kind": "App", "name": name, "controller": True}
        document["metadata"]["ownerReferences"] = [owner]
    return document


def _disturb(rng: Random, document: Document) -> None:
    """Something that somebody did while MetalLB was not looking."""
    kind = rng.choice(("ports", "key", "request"))
    if kind == "ports":
        document["spec"]["ports"] = document["spec"]["ports"][:1]
    elif kind == "key":
        document["metadata"]["annotations"]["metallb.io/allow-shared-ip"] = rng.choice(("k", "z"))
    else:
        document["spec"].pop("loadBalancerIP", None)


def ask(world: SmallWorld, rng: Random) -> list[Asked]:
    """Every goal of a Service without an address under some leave, and one of sharing."""
    present = world.state
    names = sorted(present.services)
    goals = [Goal(service=name) for name in names if not held_by(present, name)]
    holders = [name for name in names if held_by(present, name)]
    if holders and len(names) > 1:
        partner = rng.choice(holders)
        goals.append(Goal(service=rng.choice([n for n in names if n != partner]), share_with=partner))
    found = []
    for goal in goals:
        allowed = tuple(name for name in ALLOWANCES if rng.random() < 0.5)
        plan = make_plan(present, goal, allowed, unseen=False)
        found.append(Asked(state=present, goal=goal, allowed=allowed, plan=plan))
    return found


def carried_out(present: State, way: Way) -> Settled:
    """The ends after the edits of a way, each made on the Service as it is in the cluster."""
    latest = dict(present.services)
    steps = []
    for edit in way.edits:
        latest[edit.service] = edited(latest[edit.service], edit.operations)
        steps.append(ServiceEdit(service=latest[edit.service]))
    return settle(present, steps, unrested(present))


def on_address(present: State, names: Sequence[ServiceName]) -> dict[str, set[ServiceName]]:
    """Which of these Services are on each address."""
    found: dict[str, set[ServiceName]] = {}
    for name in names:
        for address in held_by(present, name):
            found.setdefault(str(address), set()).add(name)
    return found
