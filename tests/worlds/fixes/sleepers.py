"""Worlds in which a Service waits for nothing but that MetalLB looks at it: hard to come by at random."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName
from tests.worlds.world import NAMESPACES, Json, Step, World, merged


def unheeded(world: World, end: State) -> Iterator[list[Step]]:
    """Steps after which somebody could have an address, and MetalLB looks at nobody.

    A twin of a Service with a key wants the same port of the same address; then the other one gives
    the port up.
    """
    bodies: dict[str, Json] = {}
    for step in world["steps"]:
        if step.get("kind") == "service":
            bodies[step["name"]] = merged(bodies.get(step["name"]), step.get("body"))
    taken = set(map(str, end.services))
    free = next(one for n in NAMESPACES for s in "abcdef" if (one := f"{n}/{s}") not in taken)
    for name, service in sorted(end.services.items()):
        held = held_by(end, name)
        if not held or not sharing_key(service, end.version):
            continue
        twin = _pinned_twin(bodies[str(name)], free, ",".join(map(str, held)))
        ports = [{"name": "tcp-8443", "protocol": "TCP", "port": 8443}]
        yield [
            {"do": "create", "kind": "service", "name": free, "body": twin},
            {"do": "edit", "kind": "service", "name": str(name), "body": {"spec": {"ports": ports}}},
        ]


def _pinned_twin(body: Json, name: str, addresses: str) -> Json:
    """The same Service under that name, asking for these addresses."""
    namespace, _, short = name.partition("/")
    metadata = body["metadata"]
    annotations = {key: text for key, text in metadata["annotations"].items() if "IPs" not in key}
    annotations["metallb.universe.tf/loadBalancerIPs"] = addresses
    metadata = {**metadata, "namespace": namespace, "name": short, "annotations": annotations}
    spec = {key: value for key, value in body["spec"].items() if key != "loadBalancerIP"}
    return {**body, "metadata": metadata, "spec": spec}


def asleep(end: State) -> list[ServiceName]:
    """Who would be assigned if MetalLB looked at it."""
    return [
        name
        for name, service in sorted(end.services.items())
        if service.type == "LoadBalancer"
        and not held_by(end, name)
        and isinstance(decide(end, service), Assigned | OneOf)
    ]
