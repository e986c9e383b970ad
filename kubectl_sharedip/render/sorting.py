"""The lists of a document in another order, by an expression on each of their items.

Texts are compared as people read them, so that .9 comes before .10, as kubectl compares them. Items that
have no such value come first. Refuses to change anything but the order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.query import QueryError, choose

_LISTS = ("items", "pending", "notHandled")
_DIGITS = re.compile(r"(\d+)")
_FIRST = re.compile(r"[A-Za-z_]\w*$|[A-Za-z_]\w*(?=[.\[])")

Key = tuple[int, Any]


def sorted_by(document: Mapping[str, Any], expression: str) -> dict[str, Any]:
    """The document with its items, and what else is listed beside them, sorted by a JMESPath on each.

    Braces around it, as kubectl's users write them, are forgiven. Raises QueryError where it cannot be
    used, or where it begins with a field that none of the items has.
    """
    text = expression
    if text.startswith("{.") and text.endswith("}"):
        text = text[1:-1]
    found = {name: document[name] for name in _LISTS if name in document}
    _refuse_what_nobody_has(found, text)
    errors: list[QueryError] = []
    keys = {name: [_key(_value(item, text, errors)) for item in items] for name, items in found.items()}
    if errors and len(errors) == sum(map(len, found.values())):
        raise errors[0]
    _value({}, text, [])  # an expression is wrong whether or not there is anything to sort
    return {**document, **{name: _ordered(items, keys[name]) for name, items in found.items()}}


def _value(item: Mapping[str, Any], text: str, errors: list[QueryError]) -> Any:
    """What an item is sorted by; a function that cannot take what it finds there finds nothing."""
    try:
        return choose(item, text)
    except QueryError as error:
        if error.place is not None:
            raise
        errors.append(error)
        return None


def _ordered(items: Sequence[Any], keys: Sequence[Key]) -> list[Any]:
    return [items[place] for place in sorted(range(len(items)), key=lambda place: keys[place])]


def _refuse_what_nobody_has(lists: Mapping[str, Any], text: str) -> None:
    items = [item for listed in lists.values() for item in listed]
    first = _FIRST.match(text.strip().removeprefix("."))
    if not items or first is None or any(first[0] in item for item in items):
        return
    raise QueryError(text, text.index(first[0]), f"an item has {', '.join(items[0])}")


def _key(value: Any) -> Key:
    if value is None:
        return (0, 0)
    if isinstance(value, bool):
        return (1, value)
    if isinstance(value, int | float):
        return (2, value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (3, [(0, int(part), part) if part.isdigit() else (1, 0, part) for part in _parts(text)])


def _parts(text: str) -> list[str]:
    return [part for part in _DIGITS.split(text) if part]
