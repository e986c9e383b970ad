"""Which forms of output each command has, and what is said of one that it has not.

It exists so that one table answers both: what ``-o`` takes, and who has what somebody looked for in the
wrong place. Refuses to make any of them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import click

COLUMNS = "custom-columns"
_DOCUMENT = ("json", "yaml")
_ITEMS = ("wide", "name", COLUMNS)

#: The forms of each command, the usual one first.
OUTPUTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ls": ("table", *_ITEMS, *_DOCUMENT, "tree", "mermaid", "markdown", "csv"),
        "why": ("text", *_ITEMS, *_DOCUMENT, "tree"),
        "fix": ("text", *_ITEMS, *_DOCUMENT, "commands", "diff"),
        "undo": ("text", *_ITEMS, *_DOCUMENT, "commands", "table"),
        "check": ("table", *_ITEMS, *_DOCUMENT, "csv", "markdown", "sarif", "github", "prometheus"),
        "pools": ("table", *_ITEMS, *_DOCUMENT, "tree", "csv"),
        "probe": ("table", *_ITEMS, *_DOCUMENT, "csv", "prometheus"),
        "snapshot": (*_DOCUMENT, "name", COLUMNS),
        "explain": ("text",),
        "version": ("text", *_DOCUMENT),
    }
)
_OF_KUBECTL = {"jsonpath": "--query", "jsonpath-as-json": "--query", "jsonpath-file": "--query"}
_LIKEWISE = {"custom-columns-file": COLUMNS, "go-template": "--query", "template": "--query"}
_MOST_LISTED = 60  # of a list without blanks nothing can be wrapped


def output_option(command: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option ``-o`` of a command of OUTPUTS."""
    formats = OUTPUTS[command]
    plain = [name for name in formats if name != COLUMNS]
    text = f"Output format: {', '.join(plain)}" + f"; or {COLUMNS}=NAME:EXPR,..." * (COLUMNS in formats)
    if len("|".join(formats)) <= _MOST_LISTED and COLUMNS not in formats:
        return click.option("-o", "--output", type=_Format(formats), help="Output format.")
    return click.option("-o", "--output", type=_Format(formats), metavar="FORMAT", help=text)


def usual_of(context: click.Context) -> str:
    """The form that the command of this context has where none is asked for."""
    return OUTPUTS.get(context.info_name or "", ("text",))[0]


class _Format(click.Choice[str]):
    """One of the forms, ``custom-columns`` with its columns. One that is none is told what is right."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        text = str(value)
        name, _, rest = text.partition("=")
        if name == COLUMNS and name in self.choices:
            if not rest:
                self.fail(f"write -o {COLUMNS}=NAME:EXPR,NAME:EXPR (EXPR is JMESPath).", parameter, context)
            return text
        if text in self.choices:
            return text
        self.fail(_told(name, rest, tuple(self.choices)), parameter, context)
        return None


def _told(name: str, rest: str, formats: tuple[str, ...]) -> str:
    """What to write instead of a form that the command does not have, in one line."""
    if name in _OF_KUBECTL:
        query = query_of(rest) if name != "jsonpath-file" else "EXPR"
        return f"{name} is not spoken here: use --query {shlex.quote(query)} (JMESPath)."
    if name in _LIKEWISE and (_LIKEWISE[name] in formats or _LIKEWISE[name] == "--query"):
        return f"{name} is not spoken here: use {_LIKEWISE[name]} (JMESPath)."
    if name in formats:
        return f"write -o {name}, without =."
    have = [command for command, has in OUTPUTS.items() if name in has]
    there = f"It has {', '.join(formats)}."
    if have:
        return f'"{name}" is a form of {", ".join(have)}. {there}'
    from difflib import get_close_matches

    near = get_close_matches(name, formats, n=1)
    return f'there is no form "{name}". ' + (f"Did you mean {near[0]}?" if near else there)


def query_of(jsonpath: str) -> str:
    """The JMESPath that says what a template of kubectl's ``jsonpath=`` says, as far as it can be had.

    Taken over are paths, indices, slices, ``[*]``, ``range`` and filters of one comparison. EXPR stands
    for what is empty.
    """
    path = jsonpath.strip("'\" ")
    parts = [part.strip() for part in re.findall(r"\{([^{}]*)\}", path)] or [path]
    paths = [part for part in parts if part and part != "end" and part[0] not in "'\""]
    if not paths:
        return "EXPR"
    over, *fields = [_spelled(part) for part in paths]
    if paths[0].startswith("range "):
        over = _spelled(paths[0].removeprefix("range ").strip())
        columns = [field.lstrip(".") for field in fields]
        return f"{over}.{columns[0]}" if len(columns) == 1 else f"{over}.[{', '.join(columns)}]"
    several = [over, *fields]
    return over if not fields else f"[{', '.join(one.lstrip('.') for one in several)}]"


def _spelled(path: str) -> str:
    """One path: a filter says no ``@.``, and writes texts in single quotes and numbers in backticks."""
    text = re.sub(r"\[\?\((.*?)\)\]", lambda found: f"[?{_condition(found[1])}]", path.lstrip("$"))
    text = re.sub(r"\['([^']*)'\]", r'."\1"', text)
    return text.removeprefix("@") or "@"


def _condition(text: str) -> str:
    field, *compared = re.split(r"\s*(==|!=|<=|>=|<|>)\s*", text.strip(), maxsplit=1)
    field = field.removeprefix("@.")
    if not compared:
        return field
    sign, value = compared
    if re.fullmatch(r"[0-9.]+|true|false", value):
        return f"{field}{sign}`{value}`"
    return f"{field}{sign}'" + value.strip("'\"") + "'"
