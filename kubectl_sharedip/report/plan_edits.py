"""The edits of a plan and what comes of them, as documents have them and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubectl_sharedip.model.plan import Edit, Effect, Operation
from kubectl_sharedip.report.envelope import Document, named

_ANNOTATIONS = ("metadata", "annotations")

Nodes = Sequence[str] | None
Announced = Callable[[Effect], tuple[Nodes, Nodes]]
"""The nodes that announce a Service before and after an effect."""


def unknown(effect: Effect) -> tuple[Nodes, Nodes]:
    """Nobody knows which nodes these are."""
    return None, None


def edit_form(edit: Edit) -> Document:
    """One edit, as documents tell it."""
    return {
        "kind": "Service",
        **named(edit.service),
        "resourceVersion": edit.resource_version,
        "owner": edit.owner,
        "operations": [_operation(operation) for operation in edit.operations],
    }


def _operation(operation: Operation) -> Document:
    return {
        "op": operation.op,
        "path": pointer(operation.path),
        "value": operation.value,
        "was": operation.was,
    }


def pointer(path: tuple[str, ...]) -> str:
    """The path as a JSON Pointer."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def effect_form(effect: Effect, announced: Announced = unknown) -> Document:
    """What becomes of one Service, as documents tell it. ``announced`` gives the nodes."""
    return {
        **named(effect.service),
        "before": [str(address) for address in effect.before],
        "after": [[str(address) for address in one] for one in effect.after],
        "certain": effect.certain,
        "announcedBy": announced_form(effect, announced),
    }


def announced_form(effect: Effect, announced: Announced) -> Document:
    """The nodes; None where that is not known, which the document says in a note."""
    known = announced(effect)
    return {
        side: nodes if nodes is None else list(nodes)
        for side, nodes in zip(("before", "after"), known, strict=True)
    }


def operation_text(path: Sequence[str], value: str | None, was: str | None) -> str:
    """What one operation does, as an order; the arguments as of an ``Operation``."""
    field = f'metadata.annotations["{path[2]}"]' if tuple(path[:2]) == _ANNOTATIONS else ".".join(path)
    if value is None:
        return f'remove {field} (was "{was}")'
    return f'add {field} = "{value}"' if was is None else f'set {field} = "{value}" (was "{was}")'
