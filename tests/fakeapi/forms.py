"""Lists in the forms that a client may ask for: a table for people, or the metadata alone.

It refuses tables of what nobody here asks one for.
"""

from __future__ import annotations

from .requests import Recorded
from .store import Json

Answer = tuple[int, Json]


def in_form(answer: Answer, request: Recorded) -> Answer:
    """A list as the first form of the Accept header has it; anything else as it is."""
    status, content = answer
    accept = request.headers.get("accept", ("",))[0].partition(",")[0]
    if status != 200 or ";as=" not in accept:
        return answer
    if "as=PartialObjectMetadataList" in accept:
        items = [{"metadata": body["metadata"]} for body in content["items"]]
        return 200, {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "items": items}
    assert request.query["includeObject"] == "None", "a client that wants little asks for no objects"
    row = {"ServiceList": _service, "NamespaceList": _namespace}[content["kind"]]
    rows = [row(body) for body in content["items"]]
    names = list(row({"metadata": {"name": ""}, "spec": {}, "status": {}}))
    return 200, {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "columnDefinitions": [{"name": name, "type": "string"} for name in names],
        "rows": [{"cells": list(cells.values()), "object": None} for cells in rows],
    }


def _service(body: Json) -> dict[str, str]:
    ingress = body["status"].get("loadBalancer", {}).get("ingress", [])
    return {
        "Name": body["metadata"]["name"],
        "Type": body["spec"].get("type", "ClusterIP"),
        "External-IP": ",".join(entry["ip"] for entry in ingress) or "<pending>",
    }


def _namespace(body: Json) -> dict[str, str]:
    return {"Name": body["metadata"]["name"], "Status": "Active"}
