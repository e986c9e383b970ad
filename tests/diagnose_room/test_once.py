"""What is counted of a State is counted once, and of another one anew, however alike the two are."""

from __future__ import annotations

import pytest

from kubectl_sharedip.model.same import MOST_KEPT, once


class Counted:
    """A value like all others of its kind."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counted)

    def __hash__(self) -> int:
        return 1


def test_the_same_values_are_counted_once() -> None:
    asked: list[tuple[object, ...]] = []

    @once
    def count(*values: object) -> int:
        asked.append(values)
        return len(asked)

    one, other = Counted(), Counted()
    assert [count(one), count(one), count(other), count(one), count(one, other), count(other)] == [
        *(1, 1, 2, 1, 3, 2)
    ]
    assert len(asked) == 3


def test_an_identity_that_is_used_again_is_nobody_s() -> None:
    """Values that nobody else holds would give their place in memory to the next."""

    @once
    def count(value: list[int]) -> int:
        return value[0]

    assert [count([number]) for number in range(10 * MOST_KEPT)] == list(range(10 * MOST_KEPT))


def test_nothing_counts_as_counted() -> None:
    asked = []

    @once
    def count(value: object) -> None:
        asked.append(value)

    one = Counted()
    assert (count(one), count(one)) == (None, None)
    assert len(asked) == 1


def test_what_is_given_by_name_is_refused() -> None:
    """It would not be told apart."""
    count = once(lambda values, more=0: len(values) + more)
    assert count([1]) == 1
    with pytest.raises(TypeError, match="given by name: more"):
        count([1], more=2)
