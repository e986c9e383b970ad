"""The steps of a world as edits of the model, and the ends that the model gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kubectl_sharedip.intake.pools import read_namespace, read_pool
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.metallb.annotations import allocated_from
from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, Restart, ServiceDeletion, ServiceEdit
from kubectl_sharedip.metallb.settle import Settled, settle, unrested
from kubectl_sharedip.metallb.state import State, state_of
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import NamespaceLabels, PoolResource
from kubectl_sharedip.model.raw import Origin, RawDocument
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Installation, Note, Snapshot, Source

from .world import NAMESPACES, POOL_NAMESPACE, Json, Step, World, merged

_CLUSTER_IPS = {"IPv4": "10.96.0.1", "IPv6": "fd00:96::1"}
_SOURCE = Source(context=None, server=None, files=(), taken_at=None, kubernetes=None)


class Course:
    """A world in the model. Its plays share what was computed already: the steps are the same."""

    def __init__(self, world: World) -> None:
        self.version = world["version"]
        pools = {pool["metadata"]["name"]: pool for pool in world["pools"]}
        self.start = _start(self.version, _pools(pools), _namespaces({}))
        self.edits = list(_edits(world["steps"], pools))
        self._settled: dict[tuple[int, int], tuple[State, Edit | None, Settled]] = {}

    def after(self, state: State, number: int) -> tuple[Edit | None, Settled]:
        """The edit of step ``number`` (from 0) in this state, and what comes of it.

        None stands for a step that changes nothing: the API server tells nobody of it.
        """
        known = self._settled.get((number, id(state)))
        if known is None:
            edit = self.edits[number]
            if edit is None:
                return None, Settled(ends=(state,), complete=True, restless=False)
            if isinstance(edit, ServiceEdit):
                edit = ServiceEdit(service=_as_patched(state, edit.service))
            known = (state, edit, settle(state, [edit], unrested(state)))
            self._settled[number, id(state)] = known  # with the state, so that its id stays its own
        return known[1], known[2]


def service_name(text: str) -> ServiceName:
    """``namespace/name``."""
    namespace, _, name = text.partition("/")
    return ServiceName(namespace, name)


def _as_patched(state: State, service: Service) -> Service:
    """A patch leaves MetalLB's own annotation where it is."""
    current = state.services.get(service.name)
    key = allocated_from(state.version)
    if current is None or key not in current.annotations:
        return service
    return replace(service, annotations={**service.annotations, key: current.annotations[key]})


def _edits(steps: list[Step], pools: dict[str, Json]) -> Iterator[Edit | None]:
    services: dict[str, Json] = {}
    labels: dict[str, Json] = {name: {"metadata": {"labels": {}}} for name in NAMESPACES}
    pools = dict(pools)
    for step in steps:
        if step["do"] == "restart":
            yield Restart()
            continue
        kind, name = step["kind"], step["name"]
        known = {"service": services, "pool": pools, "namespace": labels}[kind]
        before = known.get(name)
        if step["do"] == "delete":
            del known[name]
        else:
            known[name] = merged(before, step["body"])
        if known.get(name) == before:
            yield None
        elif kind != "service":
            yield PoolsEdit(pools=_pools(pools), namespaces=_namespaces(labels))
        elif step["do"] == "delete":
            yield ServiceDeletion(name=service_name(name))
        else:
            yield ServiceEdit(service=_service(services[name]))


def _service(document: Json) -> Service:
    spec, metadata = document["spec"], document["metadata"]
    given = [_CLUSTER_IPS[family] for family in spec["ipFamilies"]]
    body = {
        **document,
        "metadata": {**metadata, "uid": f"{metadata['namespace']}-{metadata['name']}"},
        "spec": {**spec, "clusterIPs": given},
    }
    read: Any = _read(read_service, body, "default", ("ipv4", "ipv6"))
    assert isinstance(read, Service)
    return read


def _pools(documents: dict[str, Json]) -> tuple[PoolResource, ...]:
    return tuple(_read(read_pool, documents[name], POOL_NAMESPACE) for name in sorted(documents))


def _namespaces(documents: dict[str, Json]) -> dict[str, NamespaceLabels]:
    known = {name: {"metadata": {"name": name}, **documents.get(name, {})} for name in NAMESPACES}
    for name, document in known.items():
        document["metadata"] = {"name": name, **document["metadata"]}
    return {name: _read(read_namespace, document) for name, document in known.items()}


def _read(reader: Any, body: Json, *more: Any) -> Any:
    notes: list[Note] = []
    read = reader(RawDocument(body=body, origin=Origin()), notes, *more)
    assert not notes, notes
    return read


def _start(version: str, pools: tuple[PoolResource, ...], namespaces: dict[str, NamespaceLabels]) -> State:
    installation = Installation(
        namespace=POOL_NAMESPACE,
        lb_class=None,
        version=version,
        exact=True,
        how="image",
        controller_ready=True,
    )
    snapshot = Snapshot(
        services={},
        pools=pools,
        namespaces=namespaces,
        events=(),
        installations=(installation,),
        read=frozenset({"services", "ipaddresspools", "namespaces"}),
        not_read=(),
        source=_SOURCE,
        notes=(),
    )
    return state_of(snapshot, installation)
