"""JSON text to documents, by the JSON reader.

It exists because a YAML parser needs a minute for what JSON reads in a second, and clusters with
10,000 Services are saved as JSON. It refuses what only Python takes for JSON (NaN, infinities), and
what is nested deeper than those who walk through an object can follow.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from kubectl_sharedip.files.errors import FileError, syntax_error

#: Levels of nesting. Who walks through an object takes up to two of Python's thousand frames for each.
MAX_DEPTH = 400

# `kubectl get -w -o json` writes one object after another, other tools put --- between them.
_BETWEEN = re.compile(r"(?:\s|^---[ \t]*$)*", re.MULTILINE)


def looks_like_json(text: str) -> bool:
    """Whether the first character that is not blank opens an object or a list."""
    first = re.search(r"\S", text)
    return first is not None and first.group() in "{["


def json_documents(text: str, *, file: str) -> list[tuple[int, Any]]:
    """Each top-level value of ``text`` with the line (1 or more) on which it begins.

    ``file`` is the file as given. Raises FileError where the text is not JSON, or is nested deeper
    than MAX_DEPTH.
    """
    decoder = json.JSONDecoder(parse_float=_number, parse_constant=_no_constant)
    found: list[tuple[int, Any]] = []
    line, counted, start = 1, 0, _skip(text, 0)
    while start < len(text):
        line += text.count("\n", counted, start)
        counted = start
        try:
            value, end = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise _problem(file, error.lineno, f"{error.msg} (column {error.colno})", text) from error
        except RecursionError as error:
            raise _too_deep(file, line, text) from error
        except ValueError as error:
            raise _problem(file, line, str(error), text) from error
        if _deeper(value, MAX_DEPTH):
            raise _too_deep(file, line, text)
        found.append((line, value))
        start = _skip(text, end)
    return found


def _skip(text: str, start: int) -> int:
    match = _BETWEEN.match(text, start)
    return match.end() if match else start


def _deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects stand in each other more than ``levels`` deep.

    By levels and not by calls: calls are what there are too few of.
    """
    level = [value]
    for _ in range(levels + 1):
        holders = [one for one in level if isinstance(one, dict | list)]
        if not holders:
            return False
        level = [one for each in holders for one in (each.values() if isinstance(each, dict) else each)]
    return True


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"the number {digits} is too large")
    return number


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a value of JSON")


def _too_deep(file: str, line: int, text: str) -> FileError:
    problem = f"it is nested more than {MAX_DEPTH} levels deep"
    return syntax_error(file=file, line=line, problem=problem, text=text)


def _problem(file: str, line: int, problem: str, text: str) -> FileError:
    return syntax_error(file=file, line=line, problem=f"not valid JSON: {problem}", text=text)
