"""A mapping with a few entries changed, without a copy of the many that did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MOST_CHANGES = 1000


class Overlay(Mapping[K, V], Generic[K, V]):
    """Read-only; ``with_entry`` and ``without`` give another one that shares what is beneath.

    A change costs as many steps as there were changes before it, whatever lies beneath; after
    many of them all is copied once. Entries keep their place; new ones come last.
    """

    __slots__ = ("_base", "_changes", "_size")

    def __init__(self, base: Mapping[K, V]) -> None:
        """The same entries as the mapping beneath, which must not change any more."""
        self._base = base
        self._changes: dict[K, V | None] = {}  # None where the entry is taken out
        self._size = len(base)

    def __getitem__(self, key: K) -> V:
        if key not in self._changes:
            return self._base[key]
        value = self._changes[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[K]:
        for key in self._base:
            if key not in self._changes or self._changes[key] is not None:
                yield key
        for key, value in self._changes.items():
            if value is not None and key not in self._base:
                yield key

    def __len__(self) -> int:
        return self._size

    def with_entry(self, key: K, value: V) -> Overlay[K, V]:
        """The mapping with this entry, which may be new."""
        return self._changed(key, value, self._size + (key not in self))

    def without(self, key: K) -> Overlay[K, V]:
        """The mapping without this entry; itself where there is none."""
        return self._changed(key, None, self._size - 1) if key in self else self

    def _changed(self, key: K, value: V | None, size: int) -> Overlay[K, V]:
        if len(self._changes) > _MOST_CHANGES:
            return Overlay(dict(self))._changed(key, value, size)
        after: Overlay[K, V] = Overlay.__new__(Overlay)
        after._base = self._base
        after._changes = {**self._changes, key: value}
        after._size = size
        return after
