"""What an unquoted YAML word means to kubectl.

It exists because PyYAML and the Go parser behind kubectl (sigs.k8s.io/yaml, goyaml.v2/resolve.go)
disagree: ``key: 1e3`` and ``key: y`` are texts to the one, a number and a boolean to the other,
and an annotation that is a number is refused by the API server. It refuses sexagesimal numbers
and dates, which stay text there too.
"""

from __future__ import annotations

import math
import re

STR = "tag:yaml.org,2002:str"
NULL = "tag:yaml.org,2002:null"
BOOL = "tag:yaml.org,2002:bool"
INT = "tag:yaml.org,2002:int"
FLOAT = "tag:yaml.org,2002:float"
MERGE = "tag:yaml.org,2002:merge"

_TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(_TRUE | _FALSE, BOOL),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), NULL),
    "<<": MERGE,
}
_BASED = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F]+|[oO]?[0-7]+|[bB][01]+)")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def tag_of(word: str) -> str:
    """The YAML tag that kubectl gives to an unquoted ``word``."""
    known = _WORDS.get(word)
    if known is not None:
        return known
    if word[0] not in "+-.0123456789":
        return STR
    digits = word if word[0] == "." else word.replace("_", "")
    if _DECIMAL.fullmatch(digits) or _BASED.fullmatch(digits):
        return INT
    return FLOAT if _FLOAT.fullmatch(digits) or _NOT_FINITE.fullmatch(word) else STR


def boolean(word: str) -> bool:
    """The value of a boolean; raises ValueError for any other word."""
    if word not in _TRUE and word not in _FALSE:
        raise ValueError(f"{word!r} is not a boolean")
    return word in _TRUE


def integer(word: str) -> int:
    """The value of a whole number, octal after a leading 0; raises ValueError for any other word."""
    digits = word.replace("_", "")
    if _DECIMAL.fullmatch(digits):
        return int(digits)
    if not _BASED.fullmatch(digits):
        raise ValueError(f"{word!r} is not a whole number")
    sign, bare = (-1, digits[1:]) if digits[0] == "-" else (1, digits.lstrip("+"))
    if bare[1] in "01234567":
        return sign * int(bare, 8)
    return sign * int(bare, 0)


def fraction(word: str) -> float:
    """The value of a number; raises ValueError for other words, and for what JSON cannot hold."""
    digits = word.replace("_", "")
    number = float(digits) if _FLOAT.fullmatch(digits) else math.nan
    if not math.isfinite(number):
        raise ValueError(f"{word!r} is not a number that JSON can hold")
    return number


def key_text(value: object) -> str:
    """A mapping key as text; raises ValueError for what cannot be a key of JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    raise ValueError("a key must be a text")
