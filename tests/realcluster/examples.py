"""The clusters of examples/, created on the real thing as a user would: one object after the other.

Why it exists: who comes first gets the address, so an example is its manifests and their order.
MetalLB has answered each Service before the next is created.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from .cluster import RealCluster
from .processes import wait_until

FOLDER = Path(__file__).parents[2] / "examples"
RECORDING = "cluster.yaml"
_ANSWER_TIMEOUT_S = 10.0


def example_names() -> list[str]:
    """Every example, by name."""
    return sorted(path.parent.parent.name for path in FOLDER.glob("*/apply/manifests.yaml"))


def manifests(name: str) -> list[dict[str, Any]]:
    """The documents of an example, in their order."""
    text = (FOLDER / name / "apply" / "manifests.yaml").read_text()
    return [document for document in yaml.safe_load_all(text) if document]


def create(cluster: RealCluster, documents: list[dict[str, Any]]) -> None:
    """``kubectl apply`` of each document; then wait until MetalLB rests.

    Raises TimeoutError where MetalLB does not answer, RuntimeError where kubectl is refused.
    """
    for document in documents:
        cluster.apply(json.dumps(document))
        if document["kind"] == "Service":
            metadata = document["metadata"]
            _wait_answered(cluster, metadata["namespace"], metadata["name"])
        else:
            cluster.settle()
    cluster.settle()


def _wait_answered(cluster: RealCluster, namespace: str, name: str) -> None:
    """An address in the status, or an event that there is none."""
    path = f"/api/v1/namespaces/{namespace}/services/{name}"

    def answered() -> bool:
        if cluster.request("GET", path)["status"]["loadBalancer"].get("ingress"):
            return True
        return any(event["reason"] == "AllocationFailed" for event in cluster.events(namespace, name))

    wait_until(answered, _ANSWER_TIMEOUT_S, f"MetalLB's answer to {namespace}/{name}")
