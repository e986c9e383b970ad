"""Small clusters for tests: documents go in through intake, and steps are played through settle.

The documents are what the API would show, so that a rule is tried on the same values as in use.
A World follows every end that is possible and answers with all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.decide import converge, decide
from kubectl_sharedip.metallb.edits import (
    Edit,
    PoolsEdit,
    Restart,
    ServiceDeletion,
    ServiceEdit,
    StatusEdit,
)
from kubectl_sharedip.metallb.outcomes import ForetoldEvent, Outcome, Refused
from kubectl_sharedip.metallb.poolchange import load
from kubectl_sharedip.metallb.pools import accept
from kubectl_sharedip.metallb.refusals import Refusal
from kubectl_sharedip.metallb.settle import Settled, held_by, settle, unrested
from kubectl_sharedip.metallb.state import State, state_of
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.model.service import Ingress, Service
from kubectl_sharedip.model.snapshot import Snapshot

Document = dict[str, Any]

NAMESPACE = "metallb-system"
OTHER = "metallb-of-x"
V4, V6 = "10.96.0.1", "fd00:96::1"
BOTH = (V4, V6)
POD_SELECTOR = "app"


def pool(name: str, *addresses: str, **spec: Any) -> Document:
    """An IPAddressPool; ``spec`` holds its other fields by their names in the API."""
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"addresses": list(addresses), **spec},
    }


def kept_for(*namespaces: str, labels: Sequence[Mapping[str, str]] = (), priority: int = 0) -> Document:
    """A serviceAllocation for these namespaces and for Services with any of these labels."""
    return {
        "priority": priority,
        "namespaces": list(namespaces),
        "serviceSelectors": [{"matchLabels": dict(one)} for one in labels],
    }


def namespace(name: str, **labels: str) -> Document:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def service(
    name: str,
    *,
    key: str | None = None,
    ip: str | None = None,
    from_pool: str | None = None,
    ports: Sequence[str] = ("TCP/80",),
    local: str | None = None,
    selector: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    cluster_ips: Sequence[str] = (V4,),
    status: Sequence[str] = (),
    **spec: Any,
) -> Document:
    """A Service of type LoadBalancer, ``name`` or ``namespace/name``, that the API server has taken.

    ``key``, ``ip`` and ``from_pool`` are its metallb.io/ annotations, ``local`` makes its policy
    Local with the selector app=<local>, a port is written ``TCP/80``; ``spec`` holds other
    fields of the spec by their names in the API.
    """
    where, _, short = name.rpartition("/")
    own = {"allow-shared-ip": key, "loadBalancerIPs": ip, "address-pool": from_pool}
    written = {f"metallb.io/{name}": value for name, value in own.items() if value is not None}
    if local is not None:
        spec = {"externalTrafficPolicy": "Local", **spec}
        selector = {POD_SELECTOR: local} if local else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": short,
            "namespace": where or "default",
            "uid": f"uid-of-{name}",
            "labels": dict(labels or {}),
            "annotations": {**written, **(annotations or {})},
        },
        "spec": {
            "type": "LoadBalancer",
            "clusterIPs": list(cluster_ips),
            "selector": dict(selector or {}),
            "ports": [_port(one) for one in ports],
            **spec,
        },
        "status": {"loadBalancer": {"ingress": [{"ip": text} for text in status]}},
    }


def _port(text: str) -> Document:
    protocol, _, number = text.partition("/")
    return {"name": text.lower().replace("/", "-"), "protocol": protocol, "port": int(number)}


def second_metallb(*pools: Document) -> list[Document]:
    """Another MetalLB in a namespace of its own, for class x."""
    found = [{**one, "metadata": {**one["metadata"], "namespace": OTHER}} for one in pools]
    controller: Document = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "controller",
            "namespace": OTHER,
            "labels": {"app": "metallb", "component": "controller"},
        },
        "spec": {
            "template": {
                "spec": {"containers": [{"image": "metallb/controller:v0.16.1", "args": ["--lb-class=x"]}]}
            }
        },
    }
    return [controller, *found]


def snapshot_of(
    *documents: Document,
    version: str = NEWEST_KNOWN,
    lb_class: str | None = None,
    kubernetes: str | None = None,
) -> Snapshot:
    """The documents as intake reads them, with a MetalLB of that version in the cluster."""
    arguments = [f"--lb-class={lb_class}"] if lb_class else []
    controller: Document = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "controller",
            "namespace": NAMESPACE,
            "labels": {"app": "metallb", "component": "controller"},
        },
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {"name": "controller", "image": f"metallb/controller:v{version}", "args": arguments}
                    ]
                }
            }
        },
        "status": {"availableReplicas": 1},
    }
    raw = RawCluster(
        documents=tuple(RawDocument(body=body, origin=Origin()) for body in (controller, *documents)),
        read=frozenset({"services", "ipaddresspools", "namespaces"}),
        not_read=(),
        taken_at=None,
        kubernetes=kubernetes,
    )
    given = Given(namespace=None, version=None, lb_class=None, newest_known=NEWEST_KNOWN)
    return build_snapshot(raw, given)


def state(
    *documents: Document,
    version: str = NEWEST_KNOWN,
    lb_class: str | None = None,
    kubernetes: str | None = None,
) -> State:
    """What that MetalLB knows of the documents."""
    snapshot = snapshot_of(*documents, version=version, lb_class=lb_class, kubernetes=kubernetes)
    assert not snapshot.notes
    return state_of(snapshot, snapshot.installations[0])


def read_service(document: Document) -> Service:
    """The one Service as intake reads it."""
    return next(iter(snapshot_of(document).services.values()))


def named(name: str) -> ServiceName:
    """``name`` or ``namespace/name``."""
    where, _, short = name.rpartition("/")
    return ServiceName(where or "default", short)


def addresses(*texts: str) -> tuple[Address, ...]:
    """The addresses of the texts, each of which must be one."""
    found = tuple(parse_address(text) for text in texts)
    return tuple(address for address in found if address is not None)


class World:
    """A cluster, played step by step; all that may have become of it is kept side by side."""

    def __init__(
        self,
        *documents: Document,
        namespaces: Sequence[Document] = (),
        version: str = NEWEST_KNOWN,
        lb_class: str | None = None,
    ) -> None:
        """A cluster that shows these documents, MetalLB having looked at nothing yet."""
        self.ends: tuple[State, ...] = (state(*documents, *namespaces, version=version, lb_class=lb_class),)
        self.restless = False
        self.events: tuple[tuple[str, str], ...] = ()  # of the first look at the Service of the last step
        self._namespaces = tuple(namespaces)
        self._written: dict[str, dict[str, Any]] = {}

    def apply(self, name: str, **fields: Any) -> World:
        """Creates the Service, or changes these fields of it (see ``service``) and keeps the others."""
        self._written[name] = {**self._written.get(name, {}), **fields}
        wanted = read_service(service(name, **self._written[name]))
        self.events = ()
        for end in self.ends:
            current = end.services.get(wanted.name)
            shown = replace(wanted, ingress=current.ingress if current else ())
            self.events = _events(converge(end.with_service(shown), shown)[0].events)
        return self._step(ServiceEdit(service=wanted))

    def delete(self, *names: str) -> World:
        """Deletes the Services, one after the other."""
        for name in names:
            self._written.pop(name, None)
            self._step(ServiceDeletion(name=named(name)))
        return self

    def write_status(self, name: str, *ips: str) -> World:
        """Somebody else writes the status."""
        ingress = tuple(Ingress(ip=ip, hostname="") for ip in ips)
        edit = StatusEdit(name=named(name), ingress=ingress)
        for end in self.ends:
            shown = replace(end.services[edit.name], ingress=ingress)
            self.events = _events(converge(end.with_service(shown), shown)[0].events)
        return self._step(edit)

    def pools(self, *pools: Document, namespaces: Sequence[Document] | None = None) -> World:
        """Replaces all pools (and the Namespaces, if given) in one load."""
        if namespaces is not None:
            self._namespaces = tuple(namespaces)
        return self._step(self._pools_edit(pools))

    def told_on_load(self, name: str, *pools: Document) -> tuple[tuple[str, str], ...]:
        """The events of a look at the Service right after these pools are loaded; nothing is played."""
        edit = self._pools_edit(pools)
        (end,) = self.ends
        loaded, _ = load(end, accept(edit.pools, edit.namespaces, end.version))
        return _events(converge(loaded, loaded.services[named(name)])[0].events)

    def restart(self) -> World:
        """MetalLB's controller starts anew."""
        return self._step(Restart())

    def held(self, name: str) -> set[tuple[str, ...]]:
        """Each list of addresses that the Service may have now; the empty one is Pending."""
        return {tuple(map(str, held_by(end, named(name)))) for end in self.ends}

    def together(self, *names: str) -> set[tuple[str, ...]]:
        """What these Services may have side by side: the first address of each, or ``-``."""
        return {tuple(next(map(str, held_by(end, named(name))), "-") for name in names) for end in self.ends}

    def told(self, name: str) -> tuple[tuple[str, str], ...]:
        """The events of another look at the Service as it stands now."""
        (end,) = self.ends
        return _events(converge(end, end.services[named(name)])[0].events)

    @property
    def silent(self) -> bool:
        """Whether MetalLB says nothing at its first look after the last step."""
        return not self.events

    def outcome(self, name: str) -> Outcome:
        """What MetalLB would do with the Service now."""
        (end,) = self.ends
        return decide(end, end.services[named(name)])

    def refusal(self, name: str) -> type[Refusal] | None:
        """The kind of refusal that the Service would meet now; None where it would be served."""
        outcome = self.outcome(name)
        return type(outcome.refusal) if isinstance(outcome, Refused) else None

    def _pools_edit(self, pools: Sequence[Document]) -> PoolsEdit:
        read = snapshot_of(*pools, *self._namespaces)
        return PoolsEdit(pools=read.pools, namespaces=read.namespaces)

    def _step(self, edit: Edit) -> World:
        self.settled: list[Settled] = [settle(end, [edit], unrested(end)) for end in self.ends]
        self.ends = tuple(end for one in self.settled for end in one.ends)
        self.restless = any(one.restless for one in self.settled)
        assert all(one.complete for one in self.settled)
        return self


def _events(events: Sequence[ForetoldEvent]) -> tuple[tuple[str, str], ...]:
    return tuple((event.reason, event.message) for event in events)


def failed(name: str, why: str) -> tuple[str, str]:
    """AllocationFailed, as MetalLB words it."""
    return "AllocationFailed", f'Failed to allocate IP for "{named(name)}": {why}'


def cleared(name: str, why: str) -> tuple[str, str]:
    """ClearAssignment, as MetalLB words it."""
    text = f'current IP for "{named(name)}" not allowed by config, will attempt for new IP assignment: {why}'
    return "ClearAssignment", text


def assigned(*ips: str) -> tuple[str, str]:
    """IPAllocated, as MetalLB words it."""
    return "IPAllocated", "Assigned IP [" + " ".join(f'"{ip}"' for ip in ips) + "]"


def in_use(name: str, *others: str) -> str:
    """What MetalLB says of an address that may not be joined."""
    holders = ",".join(str(named(other)) for other in others)
    return f'can\'t change sharing key for "{named(name)}", address also in use by {holders}'
