"""The least of a DiagnosisList that can be laid out."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def fact(name: str, field: str, value: str | None, kind: str = "Service") -> Json:
    namespace = "shop" if kind == "Service" else "metallb-system"
    return {"kind": kind, "namespace": namespace, "name": name, "field": field, "value": value}


def leaf(number: int, one: Json) -> Json:
    return {"id": number, "rule": None, "text": "a fact", "objects": [one], "from": []}


def rule(number: int, text: str, *premises: Json) -> Json:
    return {"id": number, "rule": "some-rule", "text": text, "objects": [], "from": list(premises)}


def finding(code: str, message: str, **fields: Any) -> Json:
    form = {
        "code": code,
        "name": "some-name",
        "severity": "error",
        "certain": True,
        "decisive": False,
        "cause": False,
        "message": message,
        "objects": [],
        "remedies": [],
    }
    return {**form, **fields}


def remedy(summary: str, command: str, *leaves: str) -> Json:
    return {"summary": summary, "command": command, "needs": [], "leaves": list(leaves)}


def item(name: str = "web", **fields: Any) -> Json:
    form: Json = {
        "namespace": "shop",
        "name": name,
        "state": "Pending",
        "addresses": [],
        "pool": None,
        "key": None,
        "sharers": [],
        "cause": None,
        "proof": None,
        "findings": [],
        "skipped": [],
        "events": [],
    }
    return {**form, **fields}
