"""Plan documents among the files: edits that are laid over the cluster before it is looked at.

So a plan that was saved can be seen as it would come out, on a recording or on manifests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.edited import EDITABLE
from kubectl_sharedip.model.names import ObjectRef, ServiceName
from kubectl_sharedip.model.plan import WOKEN, Edit, Operation
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Note

KIND = "Plan"
API_GROUP = "sharedip/"


def is_plan(body: Mapping[str, Any]) -> bool:
    """Whether the document is a plan of this program."""
    return body.get("kind") == KIND and str(body.get("apiVersion")).startswith(API_GROUP)


def read_edits(document: RawDocument, notes: list[Note]) -> Iterator[Edit]:
    """The edits of a Plan document, in the order in which they are made.

    One that names no Service, or a field that no plan edits, is left out with a note.
    """
    reader = Reader(document, notes)
    for index, item in enumerate(reader.items(document.body, "edits", "edits")):
        path = f"edits[{index}]"
        edit = item if isinstance(item, Mapping) else {}
        name = ServiceName(
            reader.text(edit, "namespace", f"{path}.namespace"), reader.text(edit, "name", f"{path}.name")
        )
        operations = tuple(_operations(reader, edit, path))
        if not name.name or not operations:
            reader.note(path, "it edits nothing that is known here")
            continue
        yield Edit(
            service=name,
            resource_version=reader.text(edit, "resourceVersion", f"{path}.resourceVersion") or None,
            owner=reader.text(edit, "owner", f"{path}.owner") or None,
            operations=operations,
            wakes_only=all(operation.path[-1] == WOKEN for operation in operations),
        )


def _operations(reader: Reader, edit: Mapping[str, Any], path: str) -> Iterator[Operation]:
    for index, item in enumerate(reader.items(edit, "operations", f"{path}.operations")):
        operation = item if isinstance(item, Mapping) else {}
        place = f"{path}.operations[{index}]"
        steps = _steps(reader.text(operation, "path", f"{place}.path"))
        annotation = steps[:2] == ("metadata", "annotations") and len(steps) == 3
        if not annotation and steps not in EDITABLE:
            reader.note(f"{place}.path", "no plan edits this field")
            continue
        yield Operation(
            path=steps,
            value=_text_or_none(reader, operation, "value", place),
            was=_text_or_none(reader, operation, "was", place),
        )


def read_facts(document: RawDocument, notes: list[Note]) -> Iterator[Fact]:
    """The facts that a Plan document rests on (``reliedOn``)."""
    reader = Reader(document, notes)
    for index, item in enumerate(reader.items(document.body, "reliedOn", "reliedOn")):
        fact = item if isinstance(item, Mapping) else {}
        place = f"reliedOn[{index}]"
        texts = [reader.text(fact, name, f"{place}.{name}") for name in ("kind", "namespace", "name", "path")]
        kind, namespace, name, path = texts
        yield Fact(
            object=ObjectRef(kind, namespace, name),
            field=path,
            value=_text_or_none(reader, fact, "value", place),
        )


def _text_or_none(reader: Reader, parent: Mapping[str, Any], name: str, place: str) -> str | None:
    """A text, which may be empty, or None where none is there."""
    return None if parent.get(name) is None else reader.text(parent, name, f"{place}.{name}")


def _steps(pointer: str) -> tuple[str, ...]:
    """A JSON Pointer as its steps."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
