"""A CheckReport as SARIF 2.1.0, which code scanners and editors read.

It exists because a finding belongs to a line of a manifest. Refuses to invent a line: what stands in no
file has a logical place only. Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from kubectl_sharedip import __version__
from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.pages import page_of

VERSION = "2.1.0"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_FINGERPRINT = "sharedip/v1"


def sarif_log(
    document: Mapping[str, Any],
    places: Mapping[ObjectRef, Origin],
    faults: Sequence[tuple[Origin, str]] = (),
) -> Document:
    """The log of one run; ``places`` says where the objects of the files stand.

    ``faults`` are what could not be used of the files, each with its place: the run was no success then.
    """
    told = [(item, finding) for item in document["items"] for finding in item["findings"]]
    codes = sorted({finding["code"] for _, finding in told})
    return {
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kubectl-sharedip",
                        "version": __version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not faults,
                        "toolExecutionNotifications": [_notification(*fault) for fault in faults],
                    }
                ],
                "results": [_result(item, finding, codes, places) for item, finding in told],
                "properties": {"summary": document["summary"]},
            }
        ],
    }


def _rule(code: str) -> Document:
    row = CATALOGUE[code]
    sections = dict(page_of(code).sections)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in row.name.split("-")),
        "shortDescription": {"text": row.name.replace("-", " ")},
        "fullDescription": {"text": row.arises},
        "help": {"text": f"{row.arises}\n\n{sections['How to clear it']}"},
        "defaultConfiguration": {"level": _LEVELS[row.severity]},
    }


def _result(
    item: Mapping[str, Any],
    finding: Mapping[str, Any],
    codes: list[str],
    places: Mapping[ObjectRef, Origin],
) -> Document:
    object_ = ObjectRef(item["kind"], item["namespace"] or "", item["name"])
    fields = sorted(one["field"] for one in finding["objects"] if one["name"] == item["name"])
    told = "\n".join((finding["code"], str(object_), *dict.fromkeys(fields)))
    return {
        "ruleId": finding["code"],
        "ruleIndex": codes.index(finding["code"]),
        "level": _LEVELS[finding["severity"]],
        "message": {"text": f"{object_}: {finding['message']}"},
        "locations": [_location(object_, places.get(object_))],
        "partialFingerprints": {_FINGERPRINT: sha256(told.encode()).hexdigest()},
        "properties": {"certain": finding["certain"], "decisive": finding["decisive"]},
    }


def _location(object_: ObjectRef, origin: Origin | None) -> Document:
    logical = [{"name": object_.name, "fullyQualifiedName": str(object_), "kind": "object"}]
    return {**_physical(origin), "logicalLocations": logical}


def _notification(origin: Origin, what: str) -> Document:
    place = _physical(origin)
    return {"level": "error", "message": {"text": what}, **({"locations": [place]} if place else {})}


def _physical(origin: Origin | None) -> Document:
    """The file and the line; empty for stdin, which nobody can look at, and for what stands in no file."""
    if origin is None or origin.file in (None, "-"):
        return {}
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(PurePath(str(origin.file))),
            "region": {"startLine": origin.line or 1},
        }
    }


def _artifact(path: PurePath) -> Document:
    """A path below the folder of the run stays relative to it, as code scanners want it."""
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}
