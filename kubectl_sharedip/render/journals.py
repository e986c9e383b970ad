"""A JournalList as a table: one row a run, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.spilling import fitted
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted

_LEAST_SUMMARY = 24
_SECONDS = len("2026-01-02T03:04:05")


def journals_table(
    document: Mapping[str, Any], *, width: int | None, style: Style, headers_shown: bool = True
) -> str:
    """The runs in their order. ``width`` is in cells, None for no limit."""
    paint = {"done": style.ok, "partly": style.warning, "undone": style.dim}
    rows: list[list[Cell]] = [
        [
            item["id"],
            f"{item['at'][:_SECONDS]}Z" if item["at"].endswith("Z") else item["at"],
            item["cluster"]["context"] or item["cluster"]["server"] or "-",
            Painted(text=item["state"], paint=paint[item["state"]]),
            item["summary"],
        ]
        for item in document["items"]
    ]
    return fitted(
        ["ID", "AT", "CLUSTER", "STATE", "SUMMARY"],
        rows,
        width=width,
        wrap_column=None,
        headers_shown=headers_shown,
        least=_LEAST_SUMMARY,
    )
