"""How a text is written down in YAML or JSON, so that it is read back as that text.

It refuses to be clever: what could be taken for anything but a text by any reader is quoted.
"""

from __future__ import annotations

import json
import re

from kubectl_sharedip.files.yaml_scalars import STR, tag_of

# A number, a date or a time to one reader is a text to another: of what begins with a digit only
# addresses stand bare.
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def bare_or_quoted(value: str) -> str:
    """The value without quotes where nobody can take it for anything else, else in double quotes."""
    return value if _BARE.fullmatch(value) and tag_of(value) == STR else double_quoted(value)


def double_quoted(value: str) -> str:
    """The value in double quotes, what does not print as escapes."""
    return '"' + "".join(_ESCAPES.get(char) or _shown(char) for char in value) + '"'


def single_quoted(value: str) -> str:
    """The value in single quotes; in double quotes where it has characters that need an escape."""
    if not value.isprintable():
        return double_quoted(value)
    return "'" + value.replace("'", "''") + "'"


def in_json(value: str) -> str:
    """The value as a text of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
