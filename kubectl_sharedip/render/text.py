"""What a piece of text looks like on a terminal: what is invisible in it, how wide it is, where it breaks.

It exists because names, annotations and events come from strangers: a character that turns the
direction of a line or moves the cursor would make the answer say something else. It refuses to
shorten: what does not fit is wrapped, and a word is never broken, so that it can be searched for
and copied.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

_NOT_ASCII = re.compile(r"[^\x20-\x7e]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PIECE = re.compile(r" *[^ ]+")


@lru_cache(maxsize=4096)
def hidden(character: str) -> bool:
    """Whether one character acts on the text around it, or cannot be written out.

    These are the control and format characters (the bidirectional ones are among them), the line
    and paragraph separators, and halves of a surrogate pair.
    """
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs"}


def visible(text: str) -> str:
    r"""``text`` in one line, with each hidden character written as ``\n``, ``\u202e`` or ``\U000e0001``.

    So are spaces other than the usual one: two keys that differ by nothing else must not look
    equal. A backslash stays as it is.
    """
    return text if text.isprintable() else _NOT_ASCII.sub(_escaped, text)


def quoted(text: str) -> str:
    """``text``, in quotation marks where a blank at an end or a second one would not be seen without."""
    return text if text == text.strip(" ") and "  " not in text else f'"{text}"'


def cell_width(text: str) -> int:
    """How many cells of a terminal a text without hidden characters takes, 0 or more."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def widest(texts: Collection[str]) -> int:
    """The cells of the widest of these texts, 0 or more: of thousands in ASCII at one go."""
    return max(map(len if all(map(str.isascii, texts)) else cell_width, texts), default=0)


def wrap(text: str, width: int | None, indent: int = 0) -> list[str]:
    """``text`` as lines, broken at spaces and at newlines.

    ``width`` is in cells, the indentation included, or None for no limit. Every line after the
    first begins with ``indent`` spaces. A word that is wider than the line stands on a line of its
    own. Spaces within a line are kept, those around a break are dropped.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for piece in _PIECE.findall(paragraph):
            margin = indent if lines else 0
            cells = cell_width(piece)
            if line and width is not None and margin + used + cells > width:
                lines.append(" " * margin + line)
                line = piece.lstrip(" ")
                used = cell_width(line)
            else:
                line, used = line + piece, used + cells
        lines.append((" " * indent + line).rstrip(" ") if lines else line)
    return lines


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if not hidden(character) and unicodedata.category(character) != "Zs":
        return character
    return _SHORT.get(character) or code_point(character)


def code_point(character: str) -> str:
    r"""One character as YAML, Python and people write it: ``\u202e`` or ``\U000e0001``."""
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


@lru_cache(maxsize=4096)
def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
