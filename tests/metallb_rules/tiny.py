"""Tiny clusters by chance, where Services get into each other's way as often as not."""

from __future__ import annotations

from random import Random
from typing import Any

from kubectl_sharedip.metallb.edits import (
    Edit,
    PoolsEdit,
    Restart,
    ServiceDeletion,
    ServiceEdit,
    StatusEdit,
)
from kubectl_sharedip.metallb.settle import settle, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.service import Ingress
from tests.metallb_rules.worlds import (
    BOTH,
    V4,
    V6,
    Document,
    kept_for,
    named,
    pool,
    read_service,
    service,
    snapshot_of,
    state,
)

RANGES = ("10.0.0.0/32", "10.0.0.2/31", "10.0.0.4/32", "10.0.0.255-10.0.1.0")
RANGES_6 = ("fc00::/128", "fc00::2/127")
NAMES = ("a", "b", "n/c", "n/d")
VERSIONS = ("0.16.1", "0.16.1", "0.16.1", "0.15.2", "0.14.9", "0.13.12")
ADDRESSES = ("10.0.0.0", "10.0.0.0", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.1.0", "fc00::")


class Tiny:
    """One of them; the same number gives the same one."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.version = self.chance.choice(VERSIONS)
        self.prefix = "metallb.universe.tf" if self.version == "0.13.12" else "metallb.io"
        self.dual = self.chance.random() < 0.3
        self.pools = self._pools()
        self.fields = {name: self._fields() for name in NAMES[: self.chance.choice([3, 4, 4])]}

    def settled(self) -> State:
        """The cluster after its Services came and were edited; of several ends one by chance."""
        now = state(*self.pools, version=self.version)
        edits: list[Edit] = [
            ServiceEdit(service=read_service(self._document(name)))
            for name in self.chance.sample(list(self.fields), len(self.fields))
        ]
        edits += [self._service_edit() for _ in range(self.chance.randint(0, 3))]
        for edit in edits:
            now = self.chance.choice(settle(now, [edit], unrested(now)).ends)
        return now

    def documents(self) -> list[Document]:
        """Its Services as they come."""
        return [self._document(name) for name in self.fields]

    def edit(self) -> Edit:
        """Something that happens to it."""
        kind = self.chance.choice(
            ["service", "service", "service", "deletion", "status", "pools", "restart", "restart"]
        )
        name = self.chance.choice(list(self.fields))
        if kind == "deletion":
            return ServiceDeletion(name=named(name))
        if kind == "status":
            shown = self.chance.sample(ADDRESSES, self.chance.randint(0, 1))
            return StatusEdit(name=named(name), ingress=tuple(Ingress(ip=ip, hostname="") for ip in shown))
        if kind == "pools":
            self.pools = self._pools()
            read = snapshot_of(*self.pools)
            return PoolsEdit(pools=read.pools, namespaces=read.namespaces)
        if kind == "restart":
            return Restart()
        return self._service_edit()

    def _service_edit(self) -> ServiceEdit:
        name = self.chance.choice(list(self.fields))
        changed = self._fields()
        for field in self.chance.sample(list(changed), 2):
            self.fields[name][field] = changed[field]
        return ServiceEdit(service=read_service(self._document(name)))

    def unseen(self, now: State) -> State:
        """The cluster with up to two Services edited while MetalLB was away."""
        for name in self.chance.sample(list(self.fields), self.chance.randint(0, 2)):
            current = now.services.get(named(name))
            if current is None:
                continue
            self.fields[name] = self._fields()
            document = self._document(name)
            document["status"] = {"loadBalancer": {"ingress": [{"ip": one.ip} for one in current.ingress]}}
            now = now.with_service(read_service(document))
        return now

    def _pools(self) -> list[Document]:
        ranges = self.chance.sample(RANGES, self.chance.choice([1, 1, 2, 2, 3]))
        if self.dual:
            ranges += self.chance.sample(RANGES_6, self.chance.choice([1, 1, 2]))
            self.chance.shuffle(ranges)
        pools = []
        for number in range(self.chance.randint(1, 3)):
            own = ranges[number::3]
            if own:
                pools.append(pool(f"p{number}", *own, **self._pool_spec()))
        return pools

    def _pool_spec(self) -> Document:
        spec: Document = {}
        if self.chance.random() < 0.15:
            spec["autoAssign"] = False
        if self.chance.random() < 0.15:
            spec["avoidBuggyIPs"] = True
        if self.chance.random() < 0.25:
            where = self.chance.choice([[], ["n"], ["default"], ["n", "default"]])
            labels = self.chance.choice([[], [{"l": "1"}]])
            spec["serviceAllocation"] = kept_for(
                *where, labels=labels, priority=self.chance.choice([0, 0, 1, 2])
            )
        return spec

    def _fields(self) -> dict[str, Any]:
        some = self.chance.random
        return {
            "key": self.chance.choice([None, "k", "k", "l"]),
            "ports": self.chance.choice([["TCP/80"], ["TCP/81"], ["TCP/80", "TCP/81"], ["TCP/82"]]),
            "ip": self.chance.choice(ADDRESSES) if some() < 0.4 else None,
            "from_pool": self.chance.choice(["p0", "p1"]) if some() < 0.15 else None,
            "local": self.chance.choice(["x", "y", ""]) if some() < 0.2 else None,
            "labels": {"l": "1"} if some() < 0.3 else {},
            **(self._families() if self.dual else {}),
        }

    def _families(self) -> dict[str, Any]:
        return self.chance.choice(
            [
                {"cluster_ips": (V4,), "ipFamilyPolicy": None},
                {"cluster_ips": (V6,), "ipFamilyPolicy": "SingleStack"},
                {"cluster_ips": BOTH, "ipFamilyPolicy": "RequireDualStack"},
                {"cluster_ips": BOTH, "ipFamilyPolicy": "PreferDualStack"},
            ]
        )

    def _document(self, name: str) -> Document:
        document = service(name, **self.fields[name])
        written = document["metadata"]["annotations"]
        document["metadata"]["annotations"] = {
            key.replace("metallb.io", self.prefix): value for key, value in written.items()
        }
        return document
