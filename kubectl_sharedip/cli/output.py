"""Documents to stdout, everything else to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import Any

from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.render.style import Style, colour_wanted
from kubectl_sharedip.render.text import visible, wrap

STRUCTURED = ("json", "yaml")


def style_of(request: Request) -> Style:
    """Colour, if it is wanted and stdout can show it."""
    setting = request.color if request.color in ("always", "never") else "auto"
    return Style(enabled=colour_wanted(setting, sys.stdout.isatty(), os.environ))  # type: ignore[arg-type]


def width() -> int | None:
    """The cells of a line of the terminal; None where stdout is none, so that nothing is cut."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return None


def structured(document: dict[str, Any], output: str) -> str:
    """The document as JSON or YAML."""
    from kubectl_sharedip.render.structured import to_json, to_yaml

    return to_json(document) if output == "json" else to_yaml(document)


def print_answer(text: str) -> None:
    """The answer, to stdout."""
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
    sys.stdout.flush()


def print_notes(document: dict[str, Any]) -> None:
    """The notes of a document, to stderr, each once."""
    say(f"note: {note['message']} ({note['code']})" for note in document["notes"])


def say(lines: Iterable[str]) -> None:
    """Lines to stderr, wrapped to its width."""
    columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    for line in lines:
        for part in wrap(visible(line), columns, 2):
            print(part, file=sys.stderr)
