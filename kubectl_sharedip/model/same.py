"""A value that is equal to itself alone, to keep under it what was counted of it once.

It exists because states and snapshots are frozen and large: comparing two by what is in them would cost
a sweep. Refuses to compare by content.
"""

from __future__ import annotations

from typing import Generic, TypeVar

V = TypeVar("V")

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
