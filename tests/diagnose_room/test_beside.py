"""Whose a Service is matters where a remedy edits it, and nowhere else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from tests.diagnose_room.program import ask

HELM = {
    "labels": {"app.kubernetes.io/managed-by": "Helm"},
    "annotations": {"meta.helm.sh/release-name": "mail"},
}
OWNED = {
    "ownerReferences": [{"apiVersion": "v1", "kind": "Gateway", "name": "gw", "uid": "g", "controller": True}]
}


def service(name: str, *ips: str, metadata: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": name, "uid": name, **(metadata or {})},
        "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.1"], "ports": [{"port": 80}], **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": ip} for ip in ips]}},
    }


def given(tmp_path: Path, *services: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """SIP702 and SIP704 of each Service, with the object that each of them is about."""
    pool = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "lab", "namespace": "metallb-system"},
        "spec": {"addresses": ["192.0.2.10-192.0.2.11"]},
    }
    file = tmp_path / "input.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [pool, *services]}))
    names = [one["metadata"]["name"] for one in services]
    items = ask("why", *names, "-f", str(file), "-o", "json").document["items"]
    return {
        item["name"]: [
            (finding["code"], finding["objects"][0]["name"])
            for finding in item["findings"]
            if finding["code"] in ("SIP702", "SIP704")
        ]
        for item in items
    }


def test_whoever_is_edited_is_told_with_its_owner_once(tmp_path: Path) -> None:
    """Giving lone a key edits lone; dropping the request edits web: each is said once, beside web."""
    lone = service("lone", "192.0.2.10", metadata=OWNED)
    key = {**HELM, "annotations": {**HELM["annotations"], "metallb.io/allow-shared-ip": "k"}}
    web = service("web", metadata=key, loadBalancerIP="192.0.2.10", ports=[{"port": 443}])

    assert given(tmp_path, lone, web) == {"lone": [], "web": [("SIP702", "lone"), ("SIP704", "web")]}


def test_nobody_s_owner_matters_where_nothing_is_to_be_edited(tmp_path: Path) -> None:
    assert given(tmp_path, service("lone", "192.0.2.10", metadata=OWNED)) == {"lone": []}


def test_a_holder_that_no_way_edits_is_left_out(tmp_path: Path) -> None:
    """Both serve port 80 and lone is being deleted: nothing but dropping the request helps."""
    gone = {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["example.com/x"]}
    lone = service("lone", "192.0.2.10", metadata={**OWNED, **gone})
    web = service("web", metadata=HELM, loadBalancerIP="192.0.2.10")

    assert given(tmp_path, lone, web)["web"] == [("SIP704", "web")]
