"""MetalLB's controller on a real cluster: its CRDs, the objects that make it look installed, its start.

Why it exists: the controller wants to find its own Pod, and the plugin wants to find MetalLB and
its version as on any cluster. There is no speaker: addresses are assigned and announced by nobody.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .api import Api, Json
from .parts import Parts
from .processes import Program, clean_environment, wait_until

NAMESPACE = "metallb-system"
POD = "controller-0"
DEPLOYMENT = "controller"
STATE = "controller"  # the ConfigurationState of the controller, from 0.16
# The end of the first pass over all Services: until then MetalLB ignores news of single ones.
_LOADED = b'"end reconcile":"metallbreload/reload"'
_STATES = "configurationstates.metallb.io"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
_DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
_LABELS = {"app": "metallb", "component": "controller"}
_SINCE = "2026-01-01T00:00:00Z"


def install(api: Api, parts: Parts) -> None:
    """Apply MetalLB's CRDs, wait until they are served, write its own objects."""
    names = []
    for path in sorted(parts.crds.glob("*.yaml")):
        group, _, plural = path.stem.partition("_")
        names.append(f"{plural}.{group}")
        _apply(api, f"{_CRDS}/{names[-1]}", path.read_text())
    write_objects(api, parts.metallb_version)
    for name in names:
        wait_until(lambda name=name: _served(api, name), 20.0, f"{name} to be served")  # type: ignore[misc]
    if _STATES in names:
        # MetalLB makes it itself, but the API server holds back what is created within two seconds
        # of its CRD; meanwhile MetalLB's pool controller fails to patch it, and is not quiet.
        kind = {"apiVersion": "metallb.io/v1beta1", "kind": "ConfigurationState"}
        _apply(api, f"/apis/metallb.io/v1beta1/namespaces/{NAMESPACE}/configurationstates/{STATE}", kind)


def write_objects(api: Api, version: str) -> None:
    """Namespace, Pod and Deployment of the controller, as a whole cluster shows them.

    May be repeated: what a test did to them is put right.
    """
    spec = {"containers": [{"name": "controller", "image": f"quay.io/metallb/controller:v{version}"}]}
    namespace = {"apiVersion": "v1", "kind": "Namespace"}
    _apply(api, f"/api/v1/namespaces/{NAMESPACE}", namespace)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": _LABELS}, "spec": spec}
    _apply(api, f"{_PODS}/{POD}", pod)
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"labels": _LABELS},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": _LABELS},
            "template": {"metadata": {"labels": _LABELS}, "spec": spec},
        },
    }
    generation = _apply(api, f"{_DEPLOYMENTS}/{DEPLOYMENT}", deployment)["metadata"]["generation"]
    _write_status(api, f"{_PODS}/{POD}", _running(spec["containers"][0]))
    available = {**_condition("Available"), "reason": "MinimumReplicasAvailable"}
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 1)
    status = {**counts, "observedGeneration": generation, "conditions": [available]}
    _write_status(api, f"{_DEPLOYMENTS}/{DEPLOYMENT}", status)


def controller(parts: Parts, folder: Path, kubeconfig: Path) -> Program:
    """The controller process.

    It cannot be told to open no port: its metrics, and from 0.16 its health probe, each get one
    that the system picks, on every interface (the host is fixed in its source, internal/k8s/k8s.go).
    """
    command = [
        str(parts.controller),
        f"--kubeconfig={kubeconfig}",
        "--webhook-mode=disabled",
        "--disable-cert-rotation",
        "--port=0",
        "--log-level=debug",
    ]
    if _minor(parts.metallb_version) >= (0, 16):
        command.append("--health-probe-port=0")
    environment = {**clean_environment(), "METALLB_NAMESPACE": NAMESPACE, "METALLB_POD_NAME": POD}
    log = folder / "controller.log"
    return Program(name="controller", command=tuple(command), environment=environment, log=log)


def has_loaded(log: Path, offset: int) -> bool:
    """Whether the controller whose output begins at ``offset`` bytes of ``log`` follows Services.

    It does so after it has taken the pools (none is fine) and gone through all Services once.
    """
    with log.open("rb") as stream:
        stream.seek(offset)
        return _LOADED in stream.read()


def _apply(api: Api, path: str, document: Json | str) -> Json:
    if isinstance(document, dict):
        metadata = {"name": path.rsplit("/", 1)[1], **document.get("metadata", {})}
        document = {**document, "metadata": metadata}
    query = "fieldManager=real-cluster&force=true"
    return api.request("PATCH", f"{path}?{query}", document, "application/apply-patch+yaml")


def _write_status(api: Api, path: str, status: Json) -> None:
    api.request("PATCH", f"{path}/status", {"status": status}, "application/merge-patch+json")


def _served(api: Api, name: str) -> bool:
    """Whether a CRD is established and each of its versions can be listed.

    The first list of each is refused while its cache fills (429, "storage is (re)initializing").
    Better here than in MetalLB, which waits for seconds then, or in the program under test.
    """
    crd = api.request("GET", f"{_CRDS}/{name}")
    conditions: list[dict[str, Any]] = crd.get("status", {}).get("conditions", [])
    if not any(c["type"] == "Established" and c["status"] == "True" for c in conditions):
        return False
    plural, _, group = name.partition(".")
    paths = [f"/apis/{group}/{v['name']}/{plural}" for v in crd["spec"]["versions"] if v["served"]]
    return all(api.exchange("GET", path)[0] == 200 for path in paths)


def _running(container: dict[str, str]) -> Json:
    state = {"running": {"startedAt": _SINCE}}
    status = {**container, "imageID": "", "ready": True, "started": True, "restartCount": 0, "state": state}
    return {
        "phase": "Running",
        "startTime": _SINCE,
        "conditions": [_condition("Ready"), _condition("ContainersReady")],
        "containerStatuses": [status],
    }


def _condition(kind: str) -> dict[str, str]:
    return {"type": kind, "status": "True", "lastTransitionTime": _SINCE}


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])
