"""A value that is equal to itself alone, to keep under it what was counted of it once.

It exists because states and snapshots are frozen and large: comparing two by what is in them would cost
a sweep. Refuses to compare by content.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

V = TypeVar("V")
P = ParamSpec("P")

MOST_KEPT = 4  # one a MetalLB; a watch leaves the State of its last look behind


class Same(Generic[V]):
    """A frozen value, such as a State, equal to itself alone.

    Whatever is kept under one of these holds on to its value, so no other value can come to have
    the same identity meanwhile.
    """

    __slots__ = ("value",)

    def __init__(self, value: V) -> None:
        """The value to be told from all others."""
        self.value = value

    def __hash__(self) -> int:
        """By identity."""
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        """By identity."""
        return isinstance(other, Same) and self.value is other.value


def once(count: Callable[P, V]) -> Callable[P, V]:
    """The same function, which counts the same frozen values the first time only.

    They are given by place, and are the same where they are the very same objects. Those of the last few
    calls are held on to, so that no other value can come to have the identity of one of them. What is given
    by name would not be told apart: a TypeError.
    """
    kept: dict[tuple[int, ...], tuple[object, V]] = {}

    def counted(*values: P.args, **named: P.kwargs) -> V:
        if named:
            raise TypeError(f"given by name: {', '.join(named)}")
        place = tuple(map(id, values))
        found = kept.get(place)
        if found is None:
            found = values, count(*values, **named)  # none is named
            if len(kept) >= MOST_KEPT:
                del kept[next(iter(kept))]
            kept[place] = found
        return found[1]

    return counted
