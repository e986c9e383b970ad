"""Objects that are not as they should be: one field or several of a sound one are spoilt.

What a hand, another program or another version could leave behind: null, another type, a parent that is
missing, giant numbers, deep nesting, long texts, and characters that no terminal should see.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Json = Any
_DEEP = 300  # nested lists; JSON readers take about a thousand
_LONG = 20_000  # characters

_TEXTS = (
    *("", " ", "\x1b[31mred\x1b[0m", "a\nb", "\u202eabc", "zero\u200bwidth", "=1+1", "<b>", "|", "`", "\x00"),
    *("192.0.2.1", "192.0.2.0/24", "fd00::1", "::", "999.1.1.1", "1.2.3.4-1.2.3.1", "TCP", "true", "None"),
    *(
        "web",
        "shop/web",
        "/",
        "lab",
        ",",
        "a" * _LONG,
        "ÿ",
        "\ud7ff",
        "{{ .Values.x }}",
        "0",
        "-1",
        "9" * 400,
    ),
)
_NUMBERS = (0, -1, 1, 80, 65_535, 65_536, 2**31, 2**63, 10**400, -(10**30), 0.5, 1e308)


def spoilt(bodies: list[Json], chance: Random) -> tuple[list[Json], set[int]]:
    """Copies of the objects with some fields spoilt, and which of them were touched, by their places."""
    after: list[Json] = copy.deepcopy(bodies)
    touched = set()
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        at = chance.randrange(len(after))
        touched.add(at)
        holder = [after[at]]
        places = [
            place for place in _places(holder) if not _ends_it(*place, holder) or chance.random() < 0.02
        ]
        if places:
            _spoil(*chance.choice(places), chance)
        after[at] = holder[0] if holder else None
    return after, touched


def _ends_it(within: Json, key: Any, holder: list[Json]) -> bool:
    """Whether the place is the object itself, or what makes it one: without it the file is refused."""
    return within is holder or (within is holder[0] and key in ("apiVersion", "kind"))


def _places(node: Json) -> Iterator[tuple[Json, Any]]:
    """Every value, as what holds it and its key there."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


def _spoil(holder: Json, key: Any, chance: Random) -> None:
    way: Callable[[Json], Json] = chance.choice(_WAYS)
    if way is _gone:
        del holder[key]
    elif way is _renamed and isinstance(holder, dict):
        holder[chance.choice(_TEXTS)] = holder.pop(key)
    elif way is _other_text:
        holder[key] = chance.choice(_TEXTS)
    elif way is _other_number:
        holder[key] = chance.choice(_NUMBERS)
    else:
        holder[key] = way(holder[key])


def _gone(value: Json) -> Json:
    return None


def _renamed(value: Json) -> Json:
    return None


def _other_text(value: Json) -> Json:
    return ""


def _other_number(value: Json) -> Json:
    return 0


def _twice(value: Json) -> Json:
    return value * 2 if isinstance(value, list | str) else [value, value]


def _deep(value: Json) -> Json:
    for _ in range(_DEEP):
        value = [value]
    return value


def _deep_object(value: Json) -> Json:
    for _ in range(_DEEP):
        value = {"a": value}
    return value


_WAYS: tuple[Callable[[Json], Json], ...] = (
    *(_gone, _gone, _renamed, _other_text, _other_text, _other_text, _other_number, _other_number),
    *(_twice, _deep, _deep_object),
    lambda _: None,
    lambda _: None,
    lambda _: [],
    lambda _: {},
    lambda _: True,
    lambda value: [value],
    lambda value: {"a": value},
    lambda value: [None, value, 7],
    str,
)
