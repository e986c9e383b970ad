"""Changes without end, as many a second as are asked for, in a cluster that MetalLB works on meanwhile.

Services come and go, get and lose keys, requests, ports and policies, and stop being LoadBalancers for a
while; now and then the pool gets other ranges. Each thread has Services of its own, so no change meets
another. Draws are by a seed; what MetalLB makes of them depends on who comes first. Refuses to count a change
that the server did not take.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Any

from tests.real.crash_town import ADDRESSES, KEY, MERGE_PATCH, pool, service
from tests.realcluster.cluster import RealCluster

Json = dict[str, Any]

NAMESPACES = ("default", "shop")
_THREADS = 4
_EACH = 10  # Services of a thread
_POOL_EVERY = 250  # changes: 5 s at 50 a second
_POOL = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools"
_RANGES = (
    ("192.168.1.200-192.168.1.215",),
    ("192.168.1.200-192.168.1.207",),
    ("192.168.1.204-192.168.1.215",),
    ("192.168.1.200-192.168.1.203", "192.168.1.210-192.168.1.215"),
)
_WANTED = (None, None, "192.168.1.201", "192.168.1.205", "192.168.1.213", "203.0.113.1")
_KEYS = (None, "a", "b", "c")


class Soak:
    """Makes ``total`` changes, ``rate`` a second at most, from the beginning of the block on."""

    def __init__(self, cluster: RealCluster, seed: int, *, total: int, rate: float) -> None:
        self.made: Counter[str] = Counter()
        self._cluster = cluster
        self._total, self._rate = total, rate
        self._lock = threading.Lock()
        self._taken = 0
        self._failed: list[BaseException] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(f"{seed} {number}"), number), daemon=True)
            for number in range(_THREADS)
        ]

    def __enter__(self) -> Soak:
        self._cluster.request("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACES[1]}})
        self._cluster.request("POST", _POOL, pool(*_RANGES[0]))
        self._begun = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait(self, longest_s: float) -> bool:
        """Waits until all are made, or for so long; returns whether they are. Raises what stopped one."""
        end = time.monotonic() + longest_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        if self._failed:
            raise self._failed[0]
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, draw: random.Random, number: int) -> None:
        names = [(draw.choice(NAMESPACES), f"s{number}-{one}", one) for one in range(_EACH)]
        there: dict[str, Json] = {}
        try:
            while (turn := self._turn()) is not None:
                if turn % _POOL_EVERY == _POOL_EVERY - 1:
                    ranges = {"spec": {"addresses": list(draw.choice(_RANGES))}}
                    self._cluster.request("PATCH", f"{_POOL}/lab", ranges, MERGE_PATCH)
                    self._count("pool edited")
                    continue
                namespace, name, one = draw.choice(names)
                self._change(draw, namespace, name, 1 + number * _EACH + one, there)
        except BaseException as error:  # raised where somebody waits for it
            self._failed.append(error)

    def _turn(self) -> int | None:
        """The number of the next change, when it is time for it; None when there is none to make."""
        with self._lock:
            turn = self._taken
            self._taken += 1
        due = self._begun + turn / self._rate
        if turn >= self._total or self._over.wait(max(0.0, due - time.monotonic())):
            return None
        return turn

    def _change(
        self, draw: random.Random, namespace: str, name: str, port: int, there: dict[str, Json]
    ) -> None:
        services = f"/api/v1/namespaces/{namespace}/services"
        if name not in there:
            there[name] = service(
                name, draw.choice((80, port)), namespace=namespace, key=draw.choice(("", "a"))
            )
            self._cluster.request("POST", services, there[name])
            self._count("Service created")
            return
        what, body = _edit(draw, port)
        if body is None:
            del there[name]
            self._cluster.request("DELETE", f"{services}/{name}")
        else:
            self._cluster.request("PATCH", f"{services}/{name}", body, MERGE_PATCH)
        self._count(what)

    def _count(self, what: str) -> None:
        with self._lock:
            self.made[what] += 1


def _edit(draw: random.Random, port: int) -> tuple[str, Json | None]:
    """What is done to a Service that is there, and with which patch; None deletes it."""
    chance = draw.random()
    if chance < 0.12:
        return "Service deleted", None
    if chance < 0.45:
        return "key edited", {"metadata": {"annotations": {KEY: draw.choice(_KEYS)}}}
    if chance < 0.7:
        return "request edited", {"metadata": {"annotations": {ADDRESSES: draw.choice(_WANTED)}}}
    if chance < 0.85:
        ports = [{"name": "p", "port": draw.choice((80, port)), "protocol": "TCP"}]
        return "port edited", {"spec": {"ports": ports}}
    kind = draw.choice(("LoadBalancer", "LoadBalancer", "ClusterIP"))
    policy = draw.choice(("Local", "Cluster")) if kind == "LoadBalancer" else None
    return "policy or type edited", {"spec": {"type": kind, "externalTrafficPolicy": policy}}
