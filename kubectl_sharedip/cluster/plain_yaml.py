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
_KNOWN: dict[str, Any] = {"": None, " true": True, " false": False, " {}": {}}
_OTHERS = ("yes", "no", "on", "off", "null", "true", "false", "y", "n")


def plain_yaml(text: str) -> dict[str, Any] | None:
    """What stands in the text, as ``yaml.safe_load`` would have it; None where that has to be asked."""
    try:
        lines = [_line(line) for line in text.removesuffix("\n").split("\n")]
        found, end = _mapping(lines, 0, 0)
    except (ValueError, RecursionError):
        return None
    return found if end == len(lines) else None


_Line = tuple[int | None, int, str, Any]  # the columns of dash and key, the key, and what follows it


def _line(text: str) -> _Line:
    rest = text.lstrip(" ")
    column = len(text) - len(rest)
    dash = column if rest.startswith("- ") else None
    key, colon, word = rest.removeprefix("- ").partition(":")
    known = word in _KNOWN
    fits = known or _is_text(word.removeprefix(" "), _WORD, word[0])
    if not (colon and fits and _is_text(key, _KEY)):
        raise ValueError
    return dash, column if dash is None else column + 2, key, _KNOWN[word] if known else word[1:]


def _is_text(word: str, allowed: frozenset[str], before: str = " ") -> bool:
    begins = before == " " and (word[:1].isalpha() or word[:1] == "/") and not word.endswith(":")
    return begins and allowed.issuperset(word) and word.lower() not in _OTHERS


def _mapping(lines: list[_Line], at: int, column: int) -> tuple[dict[str, Any], int]:
    """The mapping whose first key is in that line, and the line after it."""
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at][1] == column and (lines[at][0] is None or not found):
        _, _, key, value = lines[at]
        at += 1
        if value is None and at < len(lines):
            dash, deeper = lines[at][:2]
            if dash is not None and dash >= column:
                value, at = _list(lines, at, dash)
            elif dash is None and deeper > column:
                value, at = _mapping(lines, at, deeper)
        if key in found:
            raise ValueError
        found[key] = value
    return found, at


def _list(lines: list[_Line], at: int, column: int) -> tuple[list[Any], int]:
    found = []
    while at < len(lines) and lines[at][0] == column:
        item, at = _mapping(lines, at, lines[at][1])
        found.append(item)
    return found, at
