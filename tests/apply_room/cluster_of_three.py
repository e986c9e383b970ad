"""A cluster of three Services and the ways through it, with MetalLB played by the test.

``holder`` has 192.0.2.10 and no key, ``waiter`` asks for that address and is Pending, ``bystander``
has 192.0.2.11 and is nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kubectl_sharedip.apply.apply import carry_out
from kubectl_sharedip.apply.journal import Journal, JournalCluster, JournalRecord, read_journal
from kubectl_sharedip.cluster.connection import ConnectionRequest, connect
from kubectl_sharedip.metallb.annotations import ALLOCATED_FROM, NEW_PREFIX, SHARING_KEY
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Cost, Edit, Effect, Goal, Operation, Way
from kubectl_sharedip.model.results import ProgressEvent, Result
from tests.fakeapi import FakeApi, Json

KEY = NEW_PREFIX + SHARING_KEY
POOL = NEW_PREFIX + ALLOCATED_FROM
HOLDER, WAITER, BYSTANDER = (ServiceName("shop", name) for name in ("holder", "waiter", "bystander"))
HELD, OTHER, THIRD = "192.0.2.10", "192.0.2.11", "192.0.2.12"

_NO_COST = Cost(
    live_addresses=0,
    left_pending=0,
    requests_given_up=0,
    others_edited=0,
    policies_changed=0,
    services_edited=0,
    fields_edited=0,
)


def service(name: str, *ips: str, annotations: Mapping[str, str] | None = None, **spec: Any) -> Json:
    """A LoadBalancer Service as an API server shows it."""
    number = {"holder": 53, "waiter": 54}.get(name, 80)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": name, "annotations": dict(annotations or {})},
        "spec": {
            "type": "LoadBalancer",
            "clusterIPs": ["10.96.0.9"],
            "externalTrafficPolicy": "Cluster",
            "selector": {"app": name, "tier": "edge"},
            "ports": [{"port": number, "protocol": "UDP"}, {"port": number}],
            **spec,
        },
        "status": {"loadBalancer": {"ingress": [{"ip": ip} for ip in ips]} if ips else {}},
    }


def address(text: str) -> Address:
    found = parse_address(text)
    assert found is not None
    return found


def set_annotation(name: ServiceName, key: str, value: str | None, was: str | None = None) -> Edit:
    operation = Operation(path=("metadata", "annotations", key), value=value, was=was)
    return Edit(service=name, resource_version=None, owner=None, operations=(operation,))


def set_spec(name: ServiceName, field: str, value: str | None, was: str | None) -> Edit:
    operation = Operation(path=("spec", field), value=value, was=was)
    return Edit(service=name, resource_version=None, owner=None, operations=(operation,))


def effect(name: ServiceName, before: str | None, *after: str) -> Effect:
    return Effect(
        service=name,
        before=(address(before),) if before else (),
        after=tuple((address(text),) for text in after),
    )


def way(*edits: Edit, effects: tuple[Effect, ...] = ()) -> Way:
    return Way(
        goal=Goal(service=WAITER),
        edits=edits,
        effects=effects,
        joins=(),
        needs=(),
        cost=_NO_COST,
        losses=(),
    )


# The key for the holder first, which moves nobody, then for the waiter, which then joins it.
GIVE_HOLDER, GIVE_WAITER = set_annotation(HOLDER, KEY, "dns"), set_annotation(WAITER, KEY, "dns")
JOIN = way(GIVE_HOLDER, GIVE_WAITER, effects=(effect(WAITER, None, HELD),))
WAKE = Edit(
    service=WAITER,
    resource_version=None,
    owner=None,
    operations=(Operation(path=("metadata", "annotations", "sharedip/woken"), value="1", was=None),),
    wakes_only=True,
)


class Lab:
    """The fake cluster, a connection to it, and what carrying out a way in it came to."""

    def __init__(self, api: FakeApi, folder: Path) -> None:
        self.api = api
        self.folder = folder / "journal"
        self.connection = connect(ConnectionRequest(kubeconfig=api.kubeconfig(folder / "config")))
        self.events: list[ProgressEvent] = []
        self.journal: Journal | None = None
        api.put(service("holder", HELD))
        api.put(service("waiter", loadBalancerIP=HELD))
        api.put(service("bystander", OTHER))

    def get(self, name: ServiceName) -> Json:
        return self.api.get("services", *name)

    def before(self) -> dict[ServiceName, Json]:
        return {name: self.get(name) for name in (HOLDER, WAITER, BYSTANDER)}

    def assign(self, name: ServiceName, *ips: str) -> None:
        """As MetalLB writes it: the status, and the pool annotation."""
        body = self.get(name)
        body["status"] = {"loadBalancer": {"ingress": [{"ip": ip} for ip in ips]}}
        body["metadata"].setdefault("annotations", {})[POOL] = "lab"
        self.api.put(body)

    def annotate(self, name: ServiceName, key: str, value: str | None) -> None:
        """As a person does."""
        body = self.get(name)
        annotations = body["metadata"].setdefault("annotations", {})
        annotations.pop(key, None)
        if value is not None:
            annotations[key] = value
        self.api.put(body)

    def when(self, name: ServiceName, key: str, then: Callable[[], None]) -> None:
        """Does ``then`` once, after the edit that gave that annotation to that Service."""
        done: list[ServiceName] = []

        def look(method: str, body: Json) -> None:
            if method != "PATCH" or body["metadata"]["name"] != name.name or done:
                return
            if key in body["metadata"].get("annotations", {}):
                done.append(name)
                then()

        self.api.on_write(look)

    def carry_out(
        self, chosen: Way, *, timeout_s: float = 5.0, wake_after_s: float = 0.2, settle_s: float = 0.02
    ) -> Result:
        before = self.before()
        cluster = JournalCluster(context="lab", server=self.api.url, uid="1")
        self.journal = Journal.open_new(self.folder, cluster=cluster, way=chosen, before=before, summary="s")
        return carry_out(
            self.connection,
            chosen,
            before,
            self.journal,
            dry_run_server=False,
            timeout_s=timeout_s,
            progress=self.events.append,
            wake_after_s=wake_after_s,
            settle_s=settle_s,
        )

    def recorded(self) -> JournalRecord:
        assert self.journal is not None
        return read_journal(self.journal.path)

    def states(self) -> list[str]:
        return [step.state for step in self.recorded().progress]

    def patches(self) -> list[str]:
        """The names of the Services that were sent an edit, in order."""
        return [asked.path.rpartition("/")[2] for asked in self.api.requests if asked.method == "PATCH"]
