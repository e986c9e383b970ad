"""The YAML that kubeadm, k3s and kubectl write a kubeconfig in: mappings, lists of them, bare words.

It exists because PyYAML takes longer to import and to read one than the API server takes to answer. Refuses
everything that is not of that form, whatever it means: it is PyYAML's then.
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Any

# What begins with a letter or a slash is a text, but for a few words that YAML knows.
_KEY = frozenset({*ascii_letters, *digits, "-"})
_WORD = _KEY | {*"+/=._@:"}
_FIRST = frozenset({*ascii_letters, "/"})
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


_Line = tuple[int | None, int, str, Any]  # the columns of dash and key, the key, and what follows it


def _line(text: str) -> _Line:
    rest = text.lstrip(" ")
    column = len(text) - len(rest)
    dash = column if rest.startswith("- ") else None
    key, colon, word = rest.removeprefix("- ").partition(":")
    if not colon or not _is_text(key, _KEY):
        raise _OtherYaml
    value: Any = None
    if word == " {}":
        value = {}
    elif word:
        value = _KNOWN.get(word[1:], word[1:])
        if word[0] != " " or (isinstance(value, str) and not _is_text(value, _WORD)):
            raise _OtherYaml
    return dash, column if dash is None else column + 2, key, value


def _is_text(word: str, allowed: frozenset[str]) -> bool:
    return (
        word[:1] in allowed & _FIRST
        and allowed.issuperset(word)
        and not word.endswith(":")
        and word.lower() not in _OTHERS
    )


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
