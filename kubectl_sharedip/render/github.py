"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of a change.

Refuses to let a text end the command that it stands in: what has a meaning there is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.render.text import visible

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def workflow_commands(
    document: Mapping[str, Any],
    places: Mapping[ObjectRef, Origin],
    faults: Iterable[tuple[Origin, str]] = (),
) -> str:
    """A line for each finding of a CheckReport; ``places`` says where its objects stand in files.

    ``faults`` are what could not be used of the files, each with its place; they come first.
    """
    lines = []
    for origin, what in faults:
        properties = [*_place(origin), "title=not checked"]
        lines.append(f"::error {','.join(properties)}::{_data(what)}\n")
    for item in document["items"]:
        object_ = ObjectRef(item["kind"], item["namespace"] or "", item["name"])
        for finding in item["findings"]:
            properties = [*_place(places.get(object_)), f"title={_property(_title(finding))}"]
            message = _data(f"{object_}: {finding['message']}")
            lines.append(f"::{_COMMANDS[finding['severity']]} {','.join(properties)}::{message}\n")
        for other in item["disturbs"]:
            if (other["namespace"], other["name"]) == object_[1:]:
                continue  # told as a finding
            properties = [*_place(places.get(object_)), "title=disturbs"]
            message = _data(f"{object_} costs {other['namespace']}/{other['name']} its address.")
            lines.append(f"::warning {','.join(properties)}::{message}\n")
    return "".join(lines)


def _title(finding: Mapping[str, Any]) -> str:
    return f"{finding['code']} {finding['name']}"


def _place(origin: Origin | None) -> list[str]:
    """The file and the line; stdin is no file that anybody could look at."""
    if origin is None or origin.file in (None, "-"):
        return []
    return [f"file={_property(str(origin.file))}", f"line={origin.line or 1}"]


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
