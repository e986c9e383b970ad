"""``check`` called in this process, on files and on a fake cluster, without the cost of a process each."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubectl_sharedip.cli import main
from tests.command_line.program import Ended
from tests.command_line.schema import broken_promises

Json = dict[str, Any]
KEY, PIN = "metallb.io/allow-shared-ip", "metallb.io/loadBalancerIPs"

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lab, namespace: metallb-system}
spec: {addresses: [192.0.2.10-192.0.2.19]}
---
"""


def check(*words: str) -> Ended:
    """How ``kubectl sharedip check`` with these words ends; a JSON document is held against its schema."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main._run(["check", *words])
    ended = Ended(status=status, out=out.getvalue(), err=err.getvalue())
    if "json" in words and ended.out:
        assert broken_promises(ended.document) == []
    return ended


def manifest(
    name: str,
    *ports: str,
    namespace: str = "shop",
    annotations: Mapping[str, str] | None = None,
    more: str = "",
    **spec: Any,
) -> str:
    """A Service as people write it, a document; ``ports`` are ``80`` or ``53/UDP``."""
    numbers = [port.partition("/") for port in ports or ("80",)]
    listed = ", ".join(f"{{port: {number}, protocol: {kind or 'TCP'}}}" for number, _, kind in numbers)
    notes = ", ".join(f'{key}: "{value}"' for key, value in (annotations or {}).items())
    place = f", namespace: {namespace}" if namespace else ""
    fields = "".join(f", {field}: {value}" for field, value in spec.items())
    return (
        "apiVersion: v1\n"
        "kind: Service\n"
        f"metadata: {{name: {name}{place}, annotations: {{{notes}}}{more}}}\n"
        f"spec: {{type: LoadBalancer, ports: [{listed}]{fields}}}\n"
        "---\n"
    )


def written(folder: Path, name: str, *texts: str) -> str:
    """A file of these texts; returns its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(texts))
    return str(path)


def item(document: Json, name: str, kind: str = "Service") -> Json:
    """The item of an object of this name."""
    (found,) = [one for one in document["items"] if (one["kind"], one["name"]) == (kind, name)]
    return dict(found)


def codes(item_: Json) -> list[str]:
    """The codes of its findings, sorted."""
    return sorted(finding["code"] for finding in item_["findings"])


def finding(item_: Json, code: str) -> Json:
    """Its one finding of this code."""
    (found,) = [one for one in item_["findings"] if one["code"] == code]
    return dict(found)


def notes(document: Json, *, but: tuple[str, ...] = ("SIP902",)) -> list[str]:
    """The texts of the notes, without those on MetalLB's version."""
    return [note["message"] for note in document["notes"] if note["code"] not in but]
