"""Metrics as OpenMetrics text, for a textfile collector or a push.

Refuses to choose what is measured: names, labels and values come from ``report``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_sharedip.render.text import visible


def exposition(families: Iterable[Mapping[str, Any]]) -> str:
    """The families in their order, each with ``name``, ``help`` and ``samples`` of ``labels`` and ``value``.

    All are gauges. It ends as the format wants it.
    """
    lines = []
    for family in families:
        lines.append(f"# TYPE {family['name']} gauge")
        lines.append(f"# HELP {family['name']} {_escaped(family['help'])}")
        for sample in family["samples"]:
            labels = ",".join(f'{name}="{_quoted(value)}"' for name, value in sample["labels"].items())
            shown = f"{{{labels}}}" if labels else ""
            lines.append(f"{family['name']}{shown} {sample['value']}")
    return "\n".join([*lines, "# EOF"]) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    # A name that acts on a terminal can be in files only: no label of a cluster changes by this.
    return _escaped(visible(text)).replace('"', '\\"')
