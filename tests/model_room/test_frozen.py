"""What is made with ``frozen`` is what the standard library's frozen dataclass would have been."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from kubectl_sharedip.model.frozen import field, frozen


@frozen
class Ours:
    """One of every kind of field."""

    RULE: ClassVar[str] = "rule"
    name: str
    size: int = 1
    seen: list[int] = field(default_factory=list, hash=False)
    note: str = field(default="", compare=False, repr=False)

    def shout(self) -> str:
        return self.name.upper()


@frozen
class OursBelow(Ours):
    """One more, and another default."""

    size: int = 2
    more: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """As above."""

    RULE: ClassVar[str] = "rule"
    name: str
    size: int = 1
    seen: list[int] = dataclasses.field(default_factory=list, hash=False)
    note: str = dataclasses.field(default="", compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TheirsBelow(Theirs):
    """As above."""

    size: int = 2
    more: str = ""


@frozen
class Nothing:
    """No field."""


@frozen(order=True)
class Sorted:
    """What is sorted."""

    first: int
    second: str = "b"


GIVEN: tuple[dict[str, Any], ...] = (
    {"name": "a"},
    {"name": "a", "size": 3},
    {"name": "b", "seen": [1]},
    {"name": "a", "note": "n"},
    {"name": "a", "size": 1, "seen": [], "note": ""},
)
PAIRS = ((Ours, Theirs), (OursBelow, TheirsBelow))
both_ways = pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=("alone", "below"))


@pytest.mark.parametrize("given", GIVEN, ids=str)
@both_ways
def test_a_value_has_what_it_was_given_and_the_defaults(
    ours: type[Any], theirs: type[Any], given: dict[str, Any]
) -> None:
    for _ in range(20):  # the first few are made in another way than those after them
        made, expected = ours(**given), theirs(**given)
        assert dataclasses.asdict(made) == dataclasses.asdict(expected)
        assert repr(made) == repr(expected).replace("Theirs", "Ours")


def test_the_first_values_are_as_the_later_ones() -> None:
    fresh: Any = frozen(type("Fresh", (), {"__annotations__": {"name": "str", "size": "int"}, "size": 1}))
    made = [fresh(**given) for given in ({"name": "a", "size": 1}, {"name": "a"}) * 10]
    assert len(set(made)) == 1
    assert [(one.name, one.size) for one in made] == [("a", 1)] * 20


@both_ways
def test_equal_and_hashed_alike(ours: type[Any], theirs: type[Any]) -> None:
    for one in GIVEN:
        for other in GIVEN:
            assert (ours(**one) == ours(**other)) == (theirs(**one) == theirs(**other))
            assert (hash(ours(**one)) == hash(ours(**other))) == (
                hash(theirs(**one)) == hash(theirs(**other))
            )
    assert ours(name="a") != theirs(name="a")
    assert Ours(name="a", size=2) != OursBelow(name="a")


@pytest.mark.parametrize("wrong", [{}, {"name": "a", "colour": "red"}, {"size": 1}], ids=str)
@pytest.mark.parametrize("cls", [Ours, Theirs, OursBelow, TheirsBelow])
def test_what_is_missing_or_unknown_is_refused(cls: type[Any], wrong: dict[str, Any]) -> None:
    for _ in range(20):
        with pytest.raises(TypeError, match=r"missing 1 required|unexpected keyword"):
            cls(**wrong)
    with pytest.raises(TypeError):
        cls("a")


@pytest.mark.parametrize("change", [lambda one: setattr(one, "name", "b"), lambda one: delattr(one, "name")])
def test_nothing_can_be_changed(change: Callable[[Any], None]) -> None:
    one = Ours(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        change(one)
    assert not hasattr(one, "__dict__")
    assert one == Ours(name="a")


@both_ways
def test_the_standard_library_knows_it(ours: type[Any], theirs: type[Any]) -> None:
    known: Any = ours
    assert dataclasses.is_dataclass(known)
    told = ("name", "type", "default", "default_factory", "repr", "compare", "hash", "init", "kw_only")
    for one, other in zip(dataclasses.fields(ours), dataclasses.fields(theirs), strict=True):
        assert [getattr(one, each) for each in told] == [getattr(other, each) for each in told]
    changed = dataclasses.replace(ours(name="a", note="n"), name="b")
    assert (changed.name, changed.note) == ("b", "n")
    with pytest.raises(TypeError, match="unexpected keyword"):
        dataclasses.replace(ours(name="a"), colour="red")


def test_it_can_be_copied_and_sent() -> None:
    one = OursBelow(name="a", seen=[1], more="m")
    assert copy.copy(one) == one
    assert copy.deepcopy(one) == one
    assert copy.deepcopy(one).seen is not one.seen
    assert pickle.loads(pickle.dumps(one)) == one


def test_class_variables_methods_and_texts_stay() -> None:
    assert (Ours.RULE, Ours(name="a").shout()) == ("rule", "A")
    assert inspect.getdoc(Ours) == "One of every kind of field."
    assert Ours.__qualname__ == "Ours"
    assert Nothing() == Nothing()
    assert repr(Nothing()) == "Nothing()"


def test_each_value_has_a_default_of_its_own() -> None:
    one, other = Ours(name="a"), Ours(name="a")
    one.seen.append(1)
    assert other.seen == []


def test_only_what_has_an_order_is_sorted() -> None:
    values = [Sorted(first=2), Sorted(first=1, second="c"), Sorted(first=1)]
    assert sorted(values) == [values[2], values[1], values[0]]
    assert Sorted(first=1) <= Sorted(first=1) < Sorted(first=2)
    unsorted: list[Any] = [Ours(name="a"), Ours(name="b")]
    with pytest.raises(TypeError):
        sorted(unsorted)


@pytest.mark.parametrize(
    "body", [{"name": field(init=False)}, {"__post_init__": lambda self: None}], ids=["late", "post"]
)
def test_nothing_is_worked_out_by_a_value(body: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Made: what is worked out"):
        frozen(type("Made", (), {"__annotations__": {"name": "str"}, **body}))
