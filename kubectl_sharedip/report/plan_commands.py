"""The edits of a Plan document as plain kubectl lines, in the order in which they are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.report.commands import InForce, kubectl_command


def plan_commands(document: Mapping[str, Any], flags: InForce) -> tuple[str, ...]:
    """One merge patch an edit, quoted for a shell; between them MetalLB has to be given time to act."""
    return tuple(_line(edit, flags) for edit in document["edits"])


def _line(edit: Mapping[str, Any], flags: InForce) -> str:
    body: dict[str, Any] = {}
    for operation in edit["operations"]:
        *steps, last = _steps(operation["path"])
        place = body
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = operation["value"]
    patch = json.dumps(body, separators=(",", ":"))
    words = ["patch", "service", edit["name"], "-n", edit["namespace"], "--type", "merge", "-p", patch]
    return kubectl_command(words, flags)


def _steps(pointer: str) -> list[str]:
    """A JSON Pointer as its steps."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
