"""One random change of a Service, as a merge patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .draw import Draw
from .world import Json, replacing

_POLICIES = ("SingleStack", "PreferDualStack", "RequireDualStack")
_ONLY_LOAD_BALANCER = {"externalTrafficPolicy": None, "allocateLoadBalancerNodePorts": None}


def service_patch(draw: Draw, service: Json, pools: Sequence[str], ranges: Sequence[str]) -> Json:
    """The patch; it may happen to change nothing. ``pools`` are the names of those that there are."""
    spec, labels = service["spec"], service["metadata"]["labels"]
    balances = spec["type"] == "LoadBalancer"
    if not balances and draw.often(60):
        policy = draw.traffic()["externalTrafficPolicy"]
        back = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}
        return {"spec": {**back, "externalTrafficPolicy": policy}}
    kinds = [("key", 22), ("ports", 14), ("traffic", 12), ("pin", 16), ("unpin", 6), ("pool", 9)]
    kinds += [("labels", 7), ("type", 9), ("stack", 10 if draw.families == "mixed" else 0), ("touch", 5)]
    kind = draw.pick(kinds)
    if not balances and kind in ("type", "stack", "traffic"):  # with fields that only a LoadBalancer has
        kind = "ports"
    patches: dict[str, Callable[[], Json]] = {
        "key": lambda: _annotated(draw.key()),
        "ports": lambda: {"spec": {"ports": draw.ports()}},
        "traffic": lambda: {"spec": _traffic(draw, spec)},
        "pin": lambda: _pin(draw, ranges, spec),
        "unpin": _unpin,
        "pool": lambda: _annotated(draw.pool_wish(pools)),
        "labels": lambda: {"metadata": {"labels": replacing(labels, draw.labels())}},
        "type": lambda: {"spec": {"type": "ClusterIP", **_ONLY_LOAD_BALANCER}},
        "stack": lambda: {"spec": _other_stack(draw, spec)},
        "touch": lambda: _annotated({"example.com/touched": str(draw.rng.randint(0, 9))}),
    }
    return patches[kind]()


def _annotated(annotations: Json) -> Json:
    return {"metadata": {"annotations": annotations}}


def _traffic(draw: Draw, spec: Json) -> Json:
    traffic = draw.traffic()
    return {**traffic, "selector": replacing(spec.get("selector", {}), traffic["selector"])}


def _pin(draw: Draw, ranges: Sequence[str], spec: Json) -> Json:
    annotations, field = draw.pin(ranges, spec["ipFamilies"])
    return {**_annotated(annotations), "spec": {"loadBalancerIP": field}}


def _unpin() -> Json:
    prefixes = ("metallb.io", "metallb.universe.tf")
    return {
        **_annotated({f"{prefix}/loadBalancerIPs": None for prefix in prefixes}),
        "spec": {"loadBalancerIP": None},
    }


def _other_stack(draw: Draw, spec: Json) -> Json:
    """The primary family cannot change, so the second one comes or goes."""
    policy = draw.rng.choice([one for one in _POLICIES if one != spec["ipFamilyPolicy"]])
    own = spec["ipFamilies"][0]
    other = "IPv6" if own == "IPv4" else "IPv4"
    return {"ipFamilyPolicy": policy, "ipFamilies": [own] if policy == "SingleStack" else [own, other]}
