"""Documents as JSON and YAML, with every value kept.

It exists because both libraries write characters that turn the direction of a line, or that a
terminal obeys, as they are; here these become escapes, which read back as the same text. It
refuses to sort, to leave out, and to write what JSON has no word for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kubectl_sharedip.render.text import code_point, hidden

# Newlines are only the writers' own here: within a text both writers have escaped them already.
_NOT_ASCII = re.compile(r"[^\n\x20-\x7e]")

# Numbers and booleans to kubectl (YAML 1.1 of Go), and plain text to PyYAML, which would not quote them.
_READ_AS_VALUE = re.compile(
    r"[yYnN]|0[oO][0-7_]*|[-+]?0[oOxXbB][0-9a-fA-F_]+|[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)(?:[eE][-+]?[0-9_]+)?"
)
_NO_FOLDING = 2**31 - 1


def to_json(document: Any, *, one_line: bool = False) -> str:
    r"""``document`` as JSON: two spaces a level, keys in their order, a newline at the end.

    With ``one_line`` there is no other newline. Hidden characters are ``\uXXXX``, all else stays
    readable. Raises ValueError for a number that is not finite, TypeError for a value that JSON does
    not have.
    """
    text = json.dumps(document, indent=None if one_line else 2, ensure_ascii=False, allow_nan=False)
    return _escape(text, _json_escape) + "\n"


def to_yaml(document: Any) -> str:
    r"""``document`` as YAML in block style, keys in their order, a newline at the end.

    It reads back as the same document in PyYAML and in kubectl. Raises yaml.YAMLError for a value
    that YAML does not have.
    """
    import yaml

    text: str = yaml.dump(
        document, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=_NO_FOLDING, indent=2
    )
    # Texts with hidden characters are always in double quotes, where these escapes are read.
    return _escape(text, code_point)


def _escape(text: str, escape: Callable[[str], str]) -> str:
    if text.isascii() and "\x7f" not in text:
        return text
    return _NOT_ASCII.sub(
        lambda match: escape(match.group()) if hidden(match.group()) else match.group(), text
    )


def _json_escape(character: str) -> str:
    # json knows how to write a pair of surrogates where one escape is not enough, DEL it leaves.
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


@lru_cache(maxsize=1)
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """The writer in Python: the one in C breaks and quotes a little differently from place to place."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        style = None
        if any(map(hidden, value.replace("\n", ""))):
            style = '"'
        elif "\n" in value:
            style = "|"
        elif _READ_AS_VALUE.fullmatch(value):
            style = "'"
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper
