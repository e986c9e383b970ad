"""``-l``: a label selector as kubectl writes it, and who is left out by it.

What is chosen is told; all Services are read whatever is chosen, since any of them may decide about the
others. Refuses what no label can be, as the API server would.
"""

from __future__ import annotations

import re

import click

from kubectl_sharedip.model.pool import LabelSelector, SelectorTerm

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_KEY = rf"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?{_NAME}"
_VALUE = rf"(?:{_NAME})?"
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(\s*({_VALUE}(?:\s*,\s*{_VALUE})*)\s*\)")
_EQUAL = re.compile(rf"({_KEY})\s*(==|=|!=)\s*({_VALUE})")
_THERE = re.compile(rf"(!?)\s*({_KEY})")


def label_selector(text: str) -> LabelSelector:
    """The terms of ``a=b,c!=d,e in (f,g),h notin (i),j,!k``; all must hold, and none is everything.

    Raises click.UsageError for what is no selector.
    """
    terms, rest = [], text.strip()
    while rest:
        term, length = _term(rest, text)
        terms.append(term)
        rest = rest[length:].lstrip()
        if rest and not (rest.startswith(",") and rest[1:].strip()):
            raise _wrong(text, rest)
        rest = rest[1:].lstrip()
    return tuple(terms)


def _term(rest: str, text: str) -> tuple[SelectorTerm, int]:
    if found := _SET.match(rest):
        values = tuple(value.strip() for value in found[3].split(","))
        operator = "In" if found[2] == "in" else "NotIn"
        return SelectorTerm(key=found[1], operator=operator, values=values), found.end()
    if found := _EQUAL.match(rest):
        operator = "NotIn" if found[2] == "!=" else "In"
        return SelectorTerm(key=found[1], operator=operator, values=(found[3],)), found.end()
    if found := _THERE.match(rest):
        operator = "DoesNotExist" if found[1] else "Exists"
        return SelectorTerm(key=found[2], operator=operator, values=()), found.end()
    raise _wrong(text, rest)


def _wrong(text: str, rest: str) -> click.UsageError:
    place = f' at "{rest}"' if rest != text else ""
    return click.UsageError(f"-l {text}: no label selector{place}: write a=b, a!=b, a in (b,c), a or !a.")
