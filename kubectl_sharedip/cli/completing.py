"""Completion: what may stand where the cursor is, for kubectl's ``__complete``.

It exists because names are typed at three in the morning. It is quick or silent: what the cluster does
not say within two seconds is left out, and nothing that goes wrong is told here; whoever runs the command
is told. Refuses to change anything, and to ask a cluster where ``-f`` gives files.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NoReturn

import click
from click.shell_completion import CompletionItem, ShellComplete

from kubectl_sharedip.cli.completed import Kind
from kubectl_sharedip.cli.completing_names import Names
from kubectl_sharedip.cli.options import request_of

#: Seconds until it is silent, whatever holds it up: a plugin for credentials, a name server.
_LONGEST_S = 2.0
_NO_SPACE, _NO_FILES, _FOLDERS = 2, 4, 16  # cobra's directives, summed up
_UNFINISHED = ("=", "/", ",")
_SHORT_WITH_SIGN = 3  # "-n="
_LISTS = ("addresses", "allowances", "families", "codes")


def answer(cli: click.Command, words: list[str]) -> NoReturn:
    """Prints what completes the last of the words that follow ``kubectl sharedip``, and ends with 0."""
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(told(cli, words or [""])), daemon=True)
    asking.start()
    asking.join(_LONGEST_S)
    sys.stdout.write(found[0] if found else f":{_NO_FILES}\n")
    sys.stdout.flush()
    os._exit(0)  # without waiting for whoever still does not answer


def offered(
    kind: Kind, context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The words of a kind that begin with ``incomplete``."""
    if kind in ("file", "dir"):
        return [CompletionItem(incomplete, type=kind)]
    head, comma, last = incomplete.rpartition(",") if kind in _LISTS else ("", "", incomplete)
    given = context.params.get(parameter.name or "")
    there = set(head.split(",")) | (set(given) if isinstance(given, tuple) else set())
    found = _ways(kind, context)(last)
    return [
        CompletionItem(f"{head}{comma}{word}", help=said)
        for word, said in found
        if word.startswith(last) and word not in there
    ]


def _ways(kind: Kind, context: click.Context) -> Callable[[str], Iterable[tuple[str, str]]]:
    from kubectl_sharedip.cli import completing_fixed as fixed

    without = {
        "codes": fixed.codes,
        "kinds": fixed.kinds,
        "plans": fixed.plans,
        "allowances": fixed.allowances,
        "families": fixed.families,
    }
    if kind in without:
        return lambda word: without[kind](context)
    names = Names(request_of(context, None))
    ways: dict[str, Callable[[str], Iterable[tuple[str, str]]]] = {
        "services": names.services,
        "whats": names.whats,
        "namespaces": lambda word: names.namespaces(),
        "contexts": lambda word: names.configured("contexts"),
        "clusters": lambda word: names.configured("clusters"),
        "users": lambda word: names.configured("users"),
        "addresses": lambda word: names.addresses(),
        "keys": lambda word: names.keys(),
    }
    return ways[kind]


def told(cli: click.Command, words: list[str]) -> str:
    """The lines that kubectl reads: a word each, with a tab before what it means; last the directive.

    ``words`` are those after ``kubectl sharedip``, the last one unfinished.
    """
    items: list[CompletionItem] = []
    with suppress(Exception):  # silence is the answer to whatever goes wrong: the command will say it
        items = _items(cli, words)
    kinds = {item.type for item in items}
    if "file" in kinds:
        return ":0\n"
    if "dir" in kinds:
        return f":{_FOLDERS}\n"
    values = ["custom-columns=" if item.value == "custom-columns" else item.value for item in items]
    unfinished = bool(values) and all(value.endswith(_UNFINISHED) for value in values)
    lines = [
        f"{value}\t{item.help}" if item.help else value for value, item in zip(values, items, strict=True)
    ]
    directive = _NO_FILES + (_NO_SPACE if unfinished else 0)
    return "".join(f"{line}\n" for line in (*_whole(lines), f":{directive}"))


def _items(cli: click.Command, words: list[str]) -> list[CompletionItem]:
    from kubectl_sharedip.cli.main import as_kubectl_reads

    *before, last = words
    if len(last) >= _SHORT_WITH_SIGN and last[0] == "-" and last[1] != "-" and last[2] == "=":
        before, last = [*before, last[:2]], last[3:]
    complete = ShellComplete(cli, {}, "kubectl sharedip", "_SHAREDIP_COMPLETE")
    return complete.get_completions(as_kubectl_reads(before), last)


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Each line as one: names come from a cluster, and a line break in one would make two of it."""
    return (line for line in lines if line.replace("\t", " ").isprintable())
