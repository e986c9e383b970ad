"""A fake cluster whose MetalLB is the model itself, and plans of one to four edits in it.

``home`` is alone on 192.0.2.10 without a key; ``one``, ``two`` and ``three`` are Pending and get that
address once all have a key. ``other`` has 192.0.2.11 and is nobody's business.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.apply.apply import carry_out
from kubectl_sharedip.apply.foretelling import foretell
from kubectl_sharedip.apply.journal import Journal, JournalCluster
from kubectl_sharedip.apply.preflight import preflight
from kubectl_sharedip.cli import carry_out as carrying_out
from kubectl_sharedip.cli import main
from kubectl_sharedip.cluster.connection import Connection, ConnectionRequest, connect
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.installed import states
from kubectl_sharedip.metallb.settle import held_by, settle, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.given import way_of
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Operation, Way
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.model.results import Result
from kubectl_sharedip.model.service import Service
from tests.command_line.lab import ALLOCATED_FROM, KEY, objects, service
from tests.fakeapi import FakeApi, Json

SHARED, OTHERS, NOWHERE = "192.0.2.10", "192.0.2.11", "203.0.113.1"
NAMES = tuple(ServiceName("shop", name) for name in ("home", "one", "two", "three"))
OTHER = ServiceName("shop", "other")
SETTLE_S, WAKE_AFTER_S = 0.03, 1.0


class Killed(BaseException):
    """What SIGKILL would be: nothing of the program runs any more."""


class Town:
    """The cluster, its MetalLB, and the folder of the journals."""

    def __init__(self, api: FakeApi, folder: Path, edits: int) -> None:
        self.api = api
        self.journals = folder / "journals"
        for body in objects():
            if body["kind"] != "Service":
                api.put(body)
        keyed = {KEY: "k"} if edits == 1 else {}
        api.put(service("home", SHARED, port=1, loadBalancerIP=SHARED, annotations=keyed))
        api.put(service("one", port=2, loadBalancerIP=SHARED))
        api.put(service("two", port=3, loadBalancerIP=NOWHERE))
        api.put(service("three", port=4, loadBalancerIP=SHARED, externalTrafficPolicy="Local"))
        api.put(service("other", OTHERS, port=5))
        self.kubeconfig = api.kubeconfig(folder / "config", namespace="shop", context="lab")
        self.start = self.services()
        self.way = _way(self._state(), edits)
        self._metallb = self._state()
        self._lock = threading.Lock()
        api.on_write(self._metallb_answers)

    def services(self) -> dict[str, Json]:
        """What people and MetalLB see of the Services: no resourceVersions."""
        found = {body["metadata"]["name"]: body for body in self.api.store.all("services")}
        for body in found.values():
            del body["metadata"]["resourceVersion"]
            body["metadata"].setdefault("annotations", {}).pop(ALLOCATED_FROM, None)
        return found

    def goal(self) -> dict[str, Json]:
        """The Services as they are once the whole plan is done."""
        wanted = copy.deepcopy(self.start)
        for edit in self.way.edits:
            body = wanted[edit.service.name]
            for operation in edit.operations:
                place = body
                for step in operation.path[:-1]:
                    place = place[step]
                place[operation.path[-1]] = operation.value
        for effect in self.way.effects:
            status = {"loadBalancer": {"ingress": [{"ip": str(ip)} for ip in effect.after[0]]}}
            wanted[effect.service.name]["status"] = status
        return wanted

    def do(self) -> Result:
        """Carries the plan out as ``fix`` does, in this process."""
        connection = connect(ConnectionRequest(kubeconfig=self.kubeconfig))
        before = {name: self.api.get("services", *name) for name in (*NAMES, OTHER)}
        checked = preflight(connection, self.way, before, foretell([self._state()], self.way.edits).relied_on)
        assert checked.stale == ()
        journal = Journal.open_new(
            self.journals,
            cluster=JournalCluster(context="lab", server=self.api.url, uid="the-cluster"),
            way=self.way,
            before=checked.now,
            summary="share",
            plan_id="theplan",
            named=NAMES[1:2],
        )
        return carry_out(
            connection,
            self.way,
            {**before, **checked.now},
            journal,
            dry_run_server=False,
            timeout_s=10.0,
            progress=lambda _: None,
            wake_after_s=WAKE_AFTER_S,
            settle_s=SETTLE_S,
        )

    def __call__(self, *words: str) -> int:
        """Runs the program in this process."""
        where = ("--kubeconfig", self.kubeconfig, "--journal-dir", str(self.journals))
        return main._run([*words, *where])

    def rests(self) -> None:
        """Returns once MetalLB has answered everything that was written."""
        for _ in range(500):
            with self._lock:
                seen = {name: self._metallb.services[name] for name in NAMES}
            now = {name: self._state().services[name] for name in NAMES}
            if all(_written(seen[name]) == _written(now[name]) for name in NAMES):
                return
            self.api.pause(0.01)
        raise AssertionError("MetalLB does not come to rest")

    def _state(self) -> State:
        documents = [
            RawDocument(body=body, origin=Origin())
            for plural in ("services", "ipaddresspools", "namespaces", "deployments")
            for body in self.api.store.all(plural)
        ]
        raw = RawCluster(
            documents=tuple(documents),
            read=frozenset(("services", "ipaddresspools", "namespaces", "deployments")),
            not_read=(),
            taken_at=None,
            context="lab",
            server=self.api.url,
            kubernetes="v1.34.1",
        )
        given = Given(namespace=None, version=None, lb_class=None, newest_known=NEWEST_KNOWN)
        (state,) = states(build_snapshot(raw, given))
        return state

    def _metallb_answers(self, method: str, body: Json) -> None:
        if method != "PATCH":
            return
        with self._lock:
            edited = read_service(RawDocument(body=body, origin=Origin()), [], "default", ())
            assert edited is not None
            settled = settle(self._metallb, [ServiceEdit(service=edited)], unrested(self._metallb))
            (self._metallb,) = settled.ends
            for name in (*NAMES, OTHER):
                now = self.api.get("services", *name)
                ingress = [{"ip": str(ip)} for ip in held_by(self._metallb, name)]
                status = {"loadBalancer": {"ingress": ingress} if ingress else {}}
                if now["status"] != status:
                    self.api.put({**now, "status": status})


def _written(service: Service) -> tuple[object, ...]:
    """What people write, and what MetalLB answers."""
    return (
        service.annotations.get(KEY),
        service.load_balancer_ip,
        service.external_traffic_policy,
        service.ingress,
    )


def _way(state: State, edits: int) -> Way:
    key = ("metadata", "annotations", KEY)
    address, policy = ("spec", "loadBalancerIP"), ("spec", "externalTrafficPolicy")
    more = {
        "two": (Operation(path=address, value=SHARED, was=NOWHERE),),
        "three": (Operation(path=policy, value="Cluster", was="Local"),),
    }
    names = NAMES[1:2] if edits == 1 else NAMES[:edits]
    made = tuple(
        Edit(
            service=name,
            resource_version=state.services[name].resource_version,
            owner=None,
            operations=(Operation(path=key, value="k", was=None), *more.get(name.name, ())),
        )
        for name in names
    )
    foretold = foretell([state], made)
    assert all(effect.certain for effect in foretold.effects)
    assert len(foretold.effects) == max(1, edits - 1)
    return way_of(made, foretold.effects, foretold.losses, NAMES[1:2])


def kill_at(
    monkeypatch: pytest.MonkeyPatch, number: int, *, after: bool, counted: Sequence[str] = ("GET", "PATCH")
) -> Callable[[], bool]:
    """Has the request of that number (0 or more) never be sent, or with ``after`` never be answered.

    Returns what tells whether it came to that.
    """
    request, stream = Connection.request, Connection.stream
    count = [0]
    killed: list[bool] = []

    def due(method: str) -> bool:
        if killed:
            raise Killed
        count[0] += method in counted
        return method in counted and count[0] == number + 1

    def one(self: Connection, method: str, *arguments: Any, **more: Any) -> Any:
        if not due(method):
            return request(self, method, *arguments, **more)
        killed.append(True)
        if after:
            request(self, method, *arguments, **more)
        raise Killed

    def watching(self: Connection, *arguments: Any, **more: Any) -> Any:
        if due("GET"):
            killed.append(True)
            raise Killed
        yield from stream(self, *arguments, **more)

    monkeypatch.setattr(Connection, "request", one)
    monkeypatch.setattr(Connection, "stream", watching)
    return lambda: bool(killed)


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits of the program, made short."""

    def shortly(*arguments: Any, **more: Any) -> Result:
        return carry_out(*arguments, **{**more, "settle_s": SETTLE_S, "wake_after_s": WAKE_AFTER_S})

    monkeypatch.setattr(carrying_out, "apply_way", shortly)
