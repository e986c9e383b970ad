"""Label selectors of MetalLB's objects, wherever in them they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.pool import LabelSelector, SelectorTerm


def read_selectors(
    reader: Reader, parent: Mapping[str, Any], name: str, path: str
) -> tuple[LabelSelector, ...]:
    """The list of selectors at ``path``; entries that are none are left out with a note."""
    found = []
    for index, item in enumerate(reader.items(parent, name, path)):
        if isinstance(item, Mapping):
            found.append(read_selector(reader, item, f"{path}[{index}]"))
        else:
            reader.note(f"{path}[{index}]", f"{item!r} is not an object")
    return tuple(found)


def read_selector(reader: Reader, item: Mapping[str, Any], path: str) -> LabelSelector:
    """One selector: its matchLabels, sorted, and its matchExpressions."""
    labels = reader.string_map(item, "matchLabels", f"{path}.matchLabels")
    terms = [SelectorTerm(key=key, operator="In", values=(value,)) for key, value in sorted(labels.items())]
    for expression in reader.items(item, "matchExpressions", f"{path}.matchExpressions"):
        if isinstance(expression, Mapping):
            terms.append(
                SelectorTerm(
                    key=reader.text(expression, "key", path),
                    operator=reader.text(expression, "operator", path),
                    values=reader.texts(expression, "values", path),
                )
            )
    return tuple(terms)
