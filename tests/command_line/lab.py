"""A fake cluster with a program to ask it, and MetalLB played by the test.

``dns-tcp`` and ``dns-udp`` share 192.0.2.12 under key dns; ``dot`` asks for that address without a
key and is Pending; ``plain`` is no LoadBalancer Service. In namespace bank ``vault`` holds
192.0.2.14 without a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubectl_sharedip.metallb.annotations import NEW_PREFIX
from tests.command_line.program import Ended, Program
from tests.fakeapi import FakeApi, Json

KEY, PINNED = f"{NEW_PREFIX}allow-shared-ip", f"{NEW_PREFIX}loadBalancerIPs"
ALLOCATED_FROM = f"{NEW_PREFIX}ip-allocated-from-pool"
SHARED, HELD_BY_VAULT, FREE = "192.0.2.12", "192.0.2.14", "192.0.2.10"
TOKEN = "not-to-be-seen"


def service(
    name: str,
    *ips: str,
    namespace: str = "shop",
    port: int = 80,
    protocol: str = "TCP",
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> Json:
    """A LoadBalancer Service as an API server shows it."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace, "name": name, "annotations": dict(annotations or {})},
        "spec": {
            "type": "LoadBalancer",
            "clusterIPs": ["10.96.0.9"],
            "externalTrafficPolicy": "Cluster",
            "ports": [{"port": port, "protocol": protocol}],
            **spec,
        },
        "status": {"loadBalancer": {"ingress": [{"ip": ip} for ip in ips]} if ips else {}},
    }


def objects() -> list[Json]:
    """The whole cluster."""
    labels = {"app": "metallb", "component": "controller"}
    container = {"name": "controller", "image": "metallb/controller:v0.16.1"}
    return [
        *({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n}} for n in ("shop", "bank")),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "the-cluster"}},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"namespace": "metallb-system", "name": "controller", "labels": labels},
            "spec": {"template": {"spec": {"containers": [container]}}},
            "status": {"availableReplicas": 1},
        },
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"namespace": "metallb-system", "name": "lab"},
            "spec": {"addresses": ["192.0.2.10-192.0.2.15"]},
        },
        service("dns-tcp", SHARED, port=53, annotations={KEY: "dns"}),
        service("dns-udp", SHARED, port=53, protocol="UDP", annotations={KEY: "dns"}),
        service("dot", port=853, loadBalancerIP=SHARED),
        service("plain", type="ClusterIP"),
        service("vault", HELD_BY_VAULT, namespace="bank"),
    ]


class Lab:
    """The fake cluster, and the program with a kubeconfig for it."""

    def __init__(self, api: FakeApi, program: Program) -> None:
        self.api = api
        self.program = program
        for body in objects():
            api.put(body)
        api.token = TOKEN
        self.kubeconfig = api.kubeconfig(program.home / "config", namespace="shop", context="lab")

    def __call__(self, *words: str, stdin: str = "") -> Ended:
        """Runs the program on this cluster."""
        return self.program(*self.words(*words), stdin=stdin)

    def words(self, *words: str) -> tuple[str, ...]:
        """The command line with the flags that point at this cluster."""
        journal = ("--journal-dir", str(self.journals)) if words[0] in ("fix", "undo") else ()
        return (*words, "--kubeconfig", self.kubeconfig, *journal)

    @property
    def journals(self) -> Path:
        """The folder of the journals."""
        return self.program.home / "journals"

    def get(self, name: str, namespace: str = "shop") -> Json:
        """A Service as it is now."""
        return self.api.get("services", namespace, name)

    def patches(self) -> list[Json]:
        """The bodies of all patches so far, dry runs and all."""
        return [json.loads(asked.body) for asked in self.api.requests if asked.method == "PATCH"]

    def assign(self, name: str, *ips: str, namespace: str = "shop") -> None:
        """As MetalLB writes it: the status, and the annotation that names the pool."""
        body = self.get(name, namespace)
        body["status"] = {"loadBalancer": {"ingress": [{"ip": ip} for ip in ips]} if ips else {}}
        body["metadata"].setdefault("annotations", {})[ALLOCATED_FROM] = "lab"
        self.api.put(body)

    def metallb_gives(self, name: str, *ips: str) -> None:
        """MetalLB will answer the next edit of this Service with these addresses."""
        left = [ips]

        def answer(method: str, body: Json) -> None:
            if method == "PATCH" and body["metadata"]["name"] == name and left:
                self.assign(name, *left.pop())

        self.api.on_write(answer)

    def annotate(self, name: str, key: str, value: str) -> None:
        """As a person does."""
        body = self.get(name)
        body["metadata"].setdefault("annotations", {})[key] = value
        self.api.put(body)
