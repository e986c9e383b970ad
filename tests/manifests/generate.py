"""Random sets: a cluster with some Services, and manifests to be applied to it, from a version and a seed.

Why it exists: manifests are not edits. They name what they want and leave the rest as it is, new
Services come with them, and pools before all of them. All else is drawn as for ``tests/worlds``, but for
the pools: they have some room, so that Services have something to lose.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypedDict

from tests.worlds.draw import Draw
from tests.worlds.world import NAMESPACES, POOL_NAMESPACE, Json

_NAMES = "pqr"


class ManifestSet(TypedDict):
    """``live`` is created first, pools before Services; ``manifests`` are applied in their order.

    With ``owned`` the live Services were applied by who applies the manifests: what these leave out is
    then taken away.
    """

    version: str
    seed: int
    owned: bool
    live: list[Json]
    manifests: list[Json]


def generate(version: str, seed: int) -> ManifestSet:
    """The set of this seed; the same in every Python."""
    return _Making(version, seed).made()


class _Making:
    def __init__(self, version: str, seed: int) -> None:
        self.draw = Draw(random.Random(f"manifests {version} {seed}"), version)
        self.rng = self.draw.rng
        self.version, self.seed = version, seed
        self.pools: list[Json] = []
        self.services: list[Json] = []

    def made(self) -> ManifestSet:
        layout = self.draw.pick([("one", 55), ("kept", 25), ("several", 20)])
        self._pool({})
        if layout == "several":
            self._pool({})
        if layout == "kept":
            self._pool({"serviceAllocation": self.draw.allocation(self.rng.choice((0, 1, 3)))})
        if self.draw.often(15):
            self._pool({"autoAssign": False})
        names = [(namespace, name) for namespace in NAMESPACES for name in "abcd"]
        self.rng.shuffle(names)
        count = self.rng.randint(3, 4)
        self.services = [self._service(*name) for name in names[:count]]
        live = [*self.pools, *self.services]
        owned = self.draw.often(50)
        manifests = [self._pool_manifest()] if self.draw.often(15) else []
        changed = self.rng.sample(self.services, self.rng.randint(1, 3))
        changes = [self._whole(service) if owned else self._change(service) for service in changed]
        new = [self._service(*name) for name in names[count : count + self.rng.randint(1, 2)]]
        both = [*changes, *new]
        self.rng.shuffle(both)
        return {
            "version": self.version,
            "seed": self.seed,
            "owned": owned,
            "live": live,
            "manifests": [*manifests, *both],
        }

    def _pool(self, spec: Json) -> Json:
        block = len(self.pools)
        pool = {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"name": _NAMES[block] if block < len(_NAMES) else "z", "namespace": POOL_NAMESPACE},
            "spec": {"addresses": self._addresses(block), **spec},
        }
        self.pools.append(pool)
        return pool

    def _pool_manifest(self) -> Json:
        """A pool more, or other ranges for one that is there."""
        if self.draw.often(50):
            return self._pool({})
        block = self.rng.randrange(len(self.pools))
        pool = self.pools[block]
        return {**pool, "spec": {"addresses": self._addresses(block)}}

    def _addresses(self, block: int) -> list[str]:
        four, six = f"10.0.{block}", f"fc00:{block}:"
        fours = [f"{four}.0/30", f"{four}.1-{four}.3", f"{four}.2-{four}.6", f"{four}.0/31"]
        sixes = [f"{six}:/126", f"{six}:2-{six}:6", f"{six}:/127"]
        v4, v6 = self.rng.choice(fours), self.rng.choice(sixes)
        return {"v4": [v4], "v6": [v6], "mixed": [v4, v6]}[self.draw.families]

    def _ranges(self) -> list[str]:
        return [entry for pool in self.pools for entry in pool["spec"]["addresses"]]

    def _service(self, namespace: str, name: str) -> Json:
        annotations = self.draw.key()
        spec: Json = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}
        spec |= {"ports": self.draw.ports(), **self.draw.traffic(), **self.draw.stack()}
        if self.draw.often(35):
            pinned, field = self.draw.pin(self._ranges(), spec["ipFamilies"])
            annotations |= pinned
            spec |= {"loadBalancerIP": field} if field is not None else {}
        if self.draw.often(12):
            annotations |= self.draw.pool_wish([pool["metadata"]["name"] for pool in self.pools])
        metadata = {"namespace": namespace, "name": name, "labels": self.draw.labels()}
        metadata["annotations"] = _set(annotations)
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}

    def _change(self, service: Json) -> Json:
        """A manifest with what it wants to be otherwise; what it does not name stays."""
        kinds = [("key", 26), ("ports", 20), ("traffic", 14), ("pin", 16), ("pool", 8), ("labels", 6)]
        kinds += [("stack", 8 if self.draw.families == "mixed" else 0), ("touch", 4)]
        kind = self.draw.pick(kinds)
        pools = [pool["metadata"]["name"] for pool in self.pools]
        made: dict[str, Callable[[], Json]] = {
            "key": lambda: _annotated(self.draw.key()),
            "ports": lambda: {"spec": {"ports": self.draw.ports()}},
            "traffic": lambda: {"spec": self.draw.traffic()},
            "pin": lambda: self._pinned(service),
            "pool": lambda: _annotated(self.draw.pool_wish(pools)),
            "labels": lambda: {"metadata": {"labels": self.draw.labels()}},
            "stack": lambda: {
                "spec": {"ipFamilyPolicy": self.rng.choice(("SingleStack", "PreferDualStack"))}
            },
            "touch": lambda: _annotated({"example.com/touched": str(self.rng.randint(0, 9))}),
        }
        change = made[kind]()
        named = {name: service["metadata"][name] for name in ("namespace", "name")}
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {**named, **change.get("metadata", {})},
            "spec": change.get("spec", {}),
        }

    def _whole(self, service: Json) -> Json:
        """The whole manifest, as it is kept in git: something is written otherwise, something left out."""
        metadata, spec = dict(service["metadata"]), dict(service["spec"])
        annotations = dict(metadata["annotations"])
        kind = self.draw.pick([("annotation", 40), ("port", 25), ("field", 15), ("policy", 10), ("none", 10)])
        if kind == "annotation" and annotations:
            del annotations[self.rng.choice(sorted(annotations))]
        elif kind == "port":
            spec["ports"] = self.draw.ports()
        elif kind == "field":
            spec.pop("loadBalancerIP", None)
        elif kind == "policy":
            spec.pop("externalTrafficPolicy", None)
        if self.draw.often(40):
            annotations.update(_set(self.draw.key()))
        return {**service, "metadata": {**metadata, "annotations": annotations}, "spec": spec}

    def _pinned(self, service: Json) -> Json:
        annotations, field = self.draw.pin(self._ranges(), service["spec"]["ipFamilies"])
        return {**_annotated(annotations), "spec": {} if field is None else {"loadBalancerIP": field}}


def _set(annotations: Json) -> Json:
    return {key: value for key, value in annotations.items() if value is not None}


def _annotated(annotations: Json) -> Json:
    return {"metadata": {"annotations": _set(annotations)}}
