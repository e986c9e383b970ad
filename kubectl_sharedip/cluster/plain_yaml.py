"""The YAML that kubeadm, k3s and kubectl write a kubeconfig in: mappings, lists of them, bare words.

It exists because PyYAML takes longer to import and to read one than the API server takes to answer. Refuses
everything that is not of that form, whatever it means: it is PyYAML's then.
"""

from __future__ import annotations

import re
from typing import Any

# A bare word that begins with a letter or a slash is a text, but for a few that YAML knows.
_WORD = r"\{\}|[A-Za-z/](?:[A-Za-z0-9+/=._@:-]*[A-Za-z0-9+/=._@-])?"
_LINE = rf"( *)(- )?([A-Za-z][A-Za-z0-9-]*):(?: ({_WORD}))?"
_KNOWN = {"true": True, "false": False}
_OTHERS = ("yes", "no", "on", "off", "null", "true", "false", "y", "n")


class _OtherYaml(Exception):
    """Not of this form."""


def plain_yaml(text: str) -> dict[str, Any] | None:
    """What stands in the text, as ``yaml.safe_load`` would have it; None where that has to be asked."""
    try:
        lines = [_line(line) for line in text.removesuffix("\n").split("\n")]
        found, end = _mapping(lines, 0, 0)
    except (_OtherYaml, RecursionError):
        return None
    return found if end == len(lines) else None


_Line = tuple[
    int | None, int, str, Any
]  # the columns of the dash and of the key; key and word, None for none


def _line(text: str) -> _Line:
    found = re.fullmatch(_LINE, text, re.ASCII)
    if found is None:
        raise _OtherYaml
    blanks, dash, key, word = found.groups()
    known = word is None or word in _KNOWN or word.lower() not in _OTHERS
    if not known or key.lower() in _OTHERS:
        raise _OtherYaml
    column = len(blanks)
    value = {} if word == "{}" else _KNOWN.get(word, word)
    return (column if dash else None), column + len(dash or ""), key, value


def _mapping(lines: list[_Line], at: int, column: int) -> tuple[dict[str, Any], int]:
    """The mapping whose first key is in that line, and the line after it."""
    found: dict[str, Any] = {}
    begin = at
    while at < len(lines) and lines[at][1] == column and (lines[at][0] is None or at == begin):
        _, _, key, value = lines[at]
        at += 1
        if value is None and at < len(lines):
            dash, deeper = lines[at][:2]
            if dash is not None and dash >= column:
                value, at = _list(lines, at, dash)
            elif dash is None and deeper > column:
                value, at = _mapping(lines, at, deeper)
        if key in found:
            raise _OtherYaml
        found[key] = value
    return found, at


def _list(lines: list[_Line], at: int, column: int) -> tuple[list[Any], int]:
    found = []
    while at < len(lines) and lines[at][0] == column:
        item, at = _mapping(lines, at, lines[at][1])
        found.append(item)
    return found, at
