"""What helps, each with the command to copy.

It refuses to break a command, and to tell the same remedy twice: of Services that one thing keeps
back each distinct remedy is shown for the first that has it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.headline import service_name
from kubectl_sharedip.render.text import visible, wrap

_Document = Mapping[str, Any]


def remedy_lines(items: Sequence[_Document], width: int | None) -> Iterator[str]:
    """The remedies of these Services, which have one cause in common, or of one Service."""
    shown: dict[tuple[object, ...], tuple[_Document, list[_Document]]] = {}
    for item in items:
        for remedy in _remedies(item):
            _, whose = shown.setdefault(_alike(item, remedy), (remedy, []))
            whose.append(item)
    if not shown:
        return
    yield ""
    yield "  What helps"
    # Of many the remedy that helps all of them by one command comes first.
    for remedy, whose in sorted(shown.values(), key=lambda one: bool(_for(items, one[1], one[0]))):
        leaves = f" (leaves {', '.join(remedy['leaves'])})" if remedy["leaves"] else ""
        text = visible(remedy["summary"]) + _for(items, whose, remedy) + leaves
        yield from wrap(f"    {text}.", width, 6)
        yield f"      {visible(remedy['command'])}"


def _remedies(item: _Document) -> list[_Document]:
    return [remedy for finding in item["findings"] for remedy in finding["remedies"]]


def _alike(item: _Document, remedy: _Document) -> tuple[object, ...]:
    """What two Services' remedies have in common that are one, but for whose they are."""
    own = {item["name"], f"svc/{item['name']}", item["namespace"]}
    words = ["" if word in own else word for word in shlex.split(remedy["command"])]
    return (*words, *remedy["needs"])


def _for(items: Sequence[_Document], whose: Sequence[_Document], remedy: _Document) -> str:
    """Whose command it is, where there are several who could have it."""
    if len(items) == 1 or not _names(whose[0], remedy):
        return ""
    others = f", and alike for {len(whose) - 1} more" if len(whose) > 1 else ""
    return f" (this for {service_name(whose[0])}{others})"


def _names(item: _Document, remedy: _Document) -> bool:
    return bool({item["name"], f"svc/{item['name']}"} & set(shlex.split(remedy["command"])))
