"""Clusters for ``probe``: Services on loopback, as a file or as objects, and the guarded program."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import replace
from typing import Any

from tests.command_line.lab import service
from tests.command_line.program import ROOT, Program
from tests.fakeapi import Json

GUARD = ROOT / "tests" / "probe_room" / "guard"
POOL: Json = {
    "apiVersion": "metallb.io/v1beta1",
    "kind": "IPAddressPool",
    "metadata": {"namespace": "metallb-system", "name": "lab"},
    "spec": {"addresses": ["127.0.0.0/24"]},
}
HERE, THERE = "127.0.0.11", "127.0.0.12"


def guarded(program: Program) -> Program:
    """The program, ended at once where it tries to reach anything but loopback."""
    return replace(program, env={**program.env, "PYTHONPATH": f"{GUARD}:{ROOT}"})


def svc(name: str, ip: str, *ports: int | Json, namespace: str = "shop", **spec: Any) -> Json:
    """A Service with an address of loopback, its pods selected by its name."""
    assert ipaddress.ip_address(ip).is_loopback
    entries = [port if isinstance(port, dict) else {"port": port, "name": f"p{port}"} for port in ports]
    body = service(name, ip, namespace=namespace, **{"selector": {"app": name}, **spec})
    body["spec"]["ports"] = [{"protocol": "TCP", **entry} for entry in entries]
    body["metadata"]["uid"] = name
    return body


def pods(name: str, *ready: bool, namespace: str = "shop") -> Json:
    """The EndpointSlice of a Service, with a pod on node n1 for each."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "namespace": namespace,
            "name": f"{name}-1",
            "labels": {"kubernetes.io/service-name": name},
        },
        "endpoints": [
            {"addresses": [f"10.244.0.{at}"], "nodeName": "n1", "conditions": {"ready": one}}
            for at, one in enumerate(ready, 1)
        ],
    }


def node(*addresses: str) -> Json:
    """Node n1, which is ready."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "n1"},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "addresses": [{"type": "InternalIP", "address": one} for one in addresses],
        },
    }


def advertisement(kind: str, *pools: str) -> Json:
    """One for these pools, or for all."""
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": kind,
        "metadata": {"namespace": "metallb-system", "name": kind.lower()},
        "spec": {"ipAddressPools": list(pools)} if pools else {},
    }


def written(program: Program, *objects: Json, name: str = "cluster.json") -> str:
    """These objects and the pool as a file in the program's home; returns its name there."""
    listed = {"apiVersion": "v1", "kind": "List", "items": [POOL, *objects]}
    (program.home / name).write_text(json.dumps(listed))
    return name


def told(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Result and verdict of each item, by name and port."""
    return {f"{i['name']} {i['port']}": (i["result"], i["verdict"]) for i in document["items"]}
