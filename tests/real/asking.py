"""The plugin as a user calls it, and the cluster as kubectl shows it, to be held against each other."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

from tests.command_line.schema import promised
from tests.realcluster.cluster import RealCluster

Json = dict[str, Any]
Addresses = dict[str, list[str]]


def sharedip(cluster: RealCluster, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``kubectl sharedip ...``, off a terminal; whatever its exit status."""
    return cluster.kubectl("sharedip", *arguments, check=False)


def document(cluster: RealCluster, *arguments: str, status: int = 0) -> Json:
    """The answer with ``-o json``; the exit status must be ``status``."""
    return parsed(sharedip(cluster, *arguments, "-o", "json"), status)


def typed(cluster: RealCluster, command: str, *more: str) -> subprocess.CompletedProcess[str]:
    """A command that was printed to be typed, with more words after it."""
    program, *words = shlex.split(command)
    assert program == "kubectl"
    return cluster.kubectl(*words, *more, check=False)


def parsed(done: subprocess.CompletedProcess[str], status: int = 0) -> Json:
    """The document on stdout, where the exit status is as expected, and it is as its schema says."""
    assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return promised(json.loads(done.stdout))


def name_of(item: Mapping[str, Any]) -> str:
    """A Service of a document as "namespace/name"."""
    return f"{item['namespace']}/{item['name']}"


def seen_by_kubectl(cluster: RealCluster) -> list[Json]:
    """The LoadBalancer Services as ``kubectl get svc -A -o json`` gives them."""
    items = json.loads(cluster.kubectl("get", "svc", "-A", "-o", "json").stdout)["items"]
    return [item for item in items if item["spec"]["type"] == "LoadBalancer"]


def services_by_name(cluster: RealCluster) -> dict[str, Json]:
    """The same, by "namespace/name"."""
    return {name_of(item["metadata"]): item for item in seen_by_kubectl(cluster)}


def resource_versions(cluster: RealCluster) -> dict[str, str]:
    """What changes with every write of a Service, whoever makes it."""
    return {name: item["metadata"]["resourceVersion"] for name, item in services_by_name(cluster).items()}


def written(item: Json) -> Json:
    """What people write in a Service: all but MetalLB's word and kubectl's copy."""
    theirs = ("metallb.io/ip-allocated-from-pool", "metallb.universe.tf/ip-allocated-from-pool", "kubectl.")
    metadata = item["metadata"]
    annotations = metadata.get("annotations", {})
    return {
        "annotations": {key: value for key, value in annotations.items() if not key.startswith(theirs)},
        "labels": metadata.get("labels", {}),
        "spec": item["spec"],
    }


def foretold(plan: Json, before: Addresses) -> Addresses:
    """The addresses of every Service after a plan, as its document foretells them, without a doubt."""
    after = dict(before)
    for effect in plan["effects"]:
        assert effect["certain"]
        assert effect["before"] == before[name_of(effect)]
        (after[name_of(effect)],) = effect["after"]
    return after
