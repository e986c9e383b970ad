"""Random worlds, each from a version and a seed.

Most have one end only: one pool for everybody, or pools kept for some with different priorities.
Some have several pools for everybody, and then MetalLB's choice is chance.
"""

from __future__ import annotations

import random

from .change import service_patch
from .draw import Draw
from .world import NAMESPACES, POOL_NAMESPACE, Json, Step, World, merged, service_key

_MOST_SERVICES = 6
_NAMES = "pqrstuvwxyz"
_BAD_ENTRIES = ("10.0.7.5", "10.0.7.4-10.0.7.2", " 10.0.7.0/31", "fc00::1-10.0.0.1")


def generate(version: str, seed: int) -> World:
    """The world of this seed; the same in every Python."""
    return Making(Draw(random.Random(f"{version} {seed}"), version), seed).world()


class Making:
    """One world in the making, out of one stream of draws."""

    def __init__(self, draw: Draw, seed: int) -> None:
        self.draw = draw
        self.rng = draw.rng
        self.version, self.seed = draw.version, seed
        self.pools: dict[str, Json] = {}
        self.services: dict[str, Json] = {}
        self.blocks = 0
        self.broken = ""  # the pool for which MetalLB rejects all of them

    def world(self) -> World:
        """The world; to be called once."""
        layout = self.draw.pick([("one", 50), ("kept", 30), ("several", 20)])
        self._first_pools(layout)
        pools = list(self.pools.values())
        steps = [self._create() for _ in range(self.rng.randint(2, 3))]
        length = self.rng.randint(6, 8)
        while len(steps) < length:
            steps.append(self._step())
        chance = layout == "several"
        return {"version": self.version, "seed": self.seed, "chance": chance, "pools": pools, "steps": steps}

    def _first_pools(self, layout: str) -> None:
        self._add_pool({})
        if layout == "several":
            for _ in range(self.rng.randint(1, 2)):
                self._add_pool({})
        if layout == "kept":
            for priority in self.rng.sample((1, 2, 5, 0), self.rng.randint(1, 2)):
                self._add_pool({"serviceAllocation": self.draw.allocation(priority)})
        if self.draw.often(20):
            self._add_pool({"autoAssign": False})

    def _add_pool(self, spec: Json) -> Json:
        name = _NAMES[self.blocks]
        addresses = self.draw.addresses(self.blocks)
        if self.draw.often(12):
            spec = {**spec, "avoidBuggyIPs": True}
        self.blocks += 1
        pool = {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"name": name, "namespace": POOL_NAMESPACE},
            "spec": {"addresses": addresses, **spec},
        }
        self.pools[name] = pool
        return pool

    def _step(self) -> Step:
        if self.broken and self.draw.often(50):
            return self._mend()
        room = len(self.services) < _MOST_SERVICES
        restarts = 3 if not self.version.startswith("0.13") else 0
        kinds = [("create", 24 if room else 0), ("edit", 44), ("delete", 9), ("pool", 17), ("namespace", 4)]
        what = self.draw.pick([*kinds, ("restart", restarts)])
        if what in ("edit", "delete") and not self.services:
            what = "create"
        steps = {"create": self._create, "edit": self._edit, "delete": self._delete, "pool": self._pool_step}
        steps |= {"namespace": self._namespace, "restart": lambda: {"do": "restart"}}
        return steps[what]()

    def _namespace(self) -> Step:
        patch = {"metadata": {"labels": {"team": self.rng.choice(("s", "t", None))}}}
        return {"do": "edit", "kind": "namespace", "name": self.rng.choice(NAMESPACES), "body": patch}

    def _delete(self) -> Step:
        name = self.rng.choice(sorted(self.services))
        del self.services[name]
        return {"do": "delete", "kind": "service", "name": name}

    def _edit(self) -> Step:
        name = self.rng.choice(sorted(self.services))
        before = after = self.services[name]
        while after == before:
            patch = service_patch(self.draw, before, list(self.pools), self._ranges())
            after = merged(before, patch)
        self.services[name] = after
        return {"do": "edit", "kind": "service", "name": name, "body": patch}

    def _create(self) -> Step:
        free = [f"{n}/{s}" for n in NAMESPACES for s in "abcd" if f"{n}/{s}" not in self.services]
        name = self.rng.choice(free)
        namespace, _, short = name.partition("/")
        annotations = self.draw.key()
        spec: Json = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}
        spec |= {"ports": self.draw.ports(), **self.draw.traffic(), **self.draw.stack()}
        if self.draw.often(42):
            pinned, field = self.draw.pin(self._ranges(), spec["ipFamilies"])
            annotations |= pinned
            spec |= {"loadBalancerIP": field} if field is not None else {}
        if self.draw.often(15):
            annotations |= self.draw.pool_wish(list(self.pools))
        metadata = {"namespace": namespace, "name": short, "labels": self.draw.labels()}
        metadata["annotations"] = {key: value for key, value in annotations.items() if value is not None}
        body = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
        self.services[service_key(body)] = body
        return {"do": "create", "kind": "service", "name": name, "body": body}

    def _ranges(self) -> list[str]:
        known = [entry for pool in self.pools.values() for entry in pool["spec"]["addresses"]]
        return known or ["10.9.9.9/32"]

    def _pool_step(self) -> Step:
        kinds = [("add", 22 if self.blocks < 8 else 0), ("remove", 16), ("ranges", 30), ("auto", 10)]
        kinds += [("buggy", 10), ("allocation", 16), ("break", 5)]
        kind = self.draw.pick(kinds)
        if kind == "add" or not self.pools:
            kept = self.draw.often(40)
            pool = self._add_pool(
                {"serviceAllocation": self.draw.allocation(self.rng.choice((0, 1, 3)))} if kept else {}
            )
            return {"do": "create", "kind": "pool", "name": pool["metadata"]["name"], "body": pool}
        name = self.rng.choice(sorted(self.pools))
        spec = self.pools[name]["spec"]
        if kind == "remove":
            del self.pools[name]
            self.broken = "" if self.broken == name else self.broken
            return {"do": "delete", "kind": "pool", "name": name}
        if kind == "break":
            taken = [e for n, p in self.pools.items() if n != name for e in p["spec"]["addresses"]]
            bad = self.rng.choice((*_BAD_ENTRIES, *taken[:1]))
            self.broken = name
            return self._patch(name, {"addresses": [*spec["addresses"], bad]})
        changes: dict[str, Json] = {
            "ranges": {"addresses": self.draw.addresses(_NAMES.index(name))},
            "auto": {"autoAssign": not spec.get("autoAssign", True)},
            "buggy": {"avoidBuggyIPs": not spec.get("avoidBuggyIPs", False)},
            "allocation": {"serviceAllocation": None},
        }
        change = changes[kind]
        if kind == "allocation" and "serviceAllocation" not in spec:
            change = {"serviceAllocation": self.draw.allocation(self.rng.choice((0, 1, 4)))}
        if kind == "ranges" and self.broken == name:
            self.broken = ""
        return self._patch(name, change)

    def _mend(self) -> Step:
        name, self.broken = self.broken, ""
        return self._patch(name, {"addresses": self.pools[name]["spec"]["addresses"][:1]})

    def _patch(self, name: str, spec: Json) -> Step:
        self.pools[name] = merged(self.pools[name], {"spec": spec})
        return {"do": "edit", "kind": "pool", "name": name, "body": {"spec": spec}}
