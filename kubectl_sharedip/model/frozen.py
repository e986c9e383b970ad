"""What every frozen value is made with: a dataclass that costs next to nothing until one of it is made.

Python compiles six methods for each frozen dataclass, anew at every start; a command that loads over a
hundred of them spent a third of its time on that. Here they are shared, ``__init__`` is compiled when the
first value is made, and the standard library's own account of the fields when somebody asks for it.
Refuses what is not frozen, not slotted, or made by position.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[Any], Any]:
        """Only type checkers ask."""
        return lambda decorator: decorator


__all__ = ["field", "frozen"]

_Class = TypeVar("_Class")
_Its = Mapping[str, Any]  # fields by name: a default, what ``field`` gave, or MISSING
_ITS = "__frozen_fields__"
_NO_FIELD = "ClassVar["
_ORDERS = ("lt", "le", "gt", "ge")
_FEW = 8  # values that are made before it is worth while to compile a method for it


@overload
def frozen(made: type[_Class]) -> type[_Class]: ...
@overload
def frozen(*, order: bool) -> Callable[[type[_Class]], type[_Class]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(made: type[Any] | None = None, *, order: bool = False) -> Any:
    """A dataclass that is frozen, slotted and keyword-only; with ``order`` its values can be sorted.

    What the standard library does with dataclasses (``fields``, ``replace``) works; ``field`` may set
    ``default``, ``default_factory``, ``repr``, ``compare`` and ``hash``, and there is no ``__post_init__``.
    The module has to have ``from __future__ import annotations``.
    """
    if made is None:
        return lambda cls: _frozen(cls, order=order)
    return _frozen(made, order=order)


def _frozen(cls: type[_Class], *, order: bool) -> type[_Class]:
    """The same class with slots, which have to be there when a class is made."""
    body = {name: one for name, one in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
    annotations = cls.__annotations__
    names = [name for name, kind in annotations.items() if not kind.startswith(_NO_FIELD)]
    defaults = {name: body.pop(name) for name in names if name in body}
    its: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        its.update(base.__dict__.get(_ITS, ()))
    late = [name for name, one in defaults.items() if isinstance(one, Field) and not one.init]
    if late or "__post_init__" in body:
        raise TypeError(f"{cls.__qualname__}: what is worked out belongs into a function, not into a value")
    slots = tuple(name for name in names if name not in its)
    its.update((name, defaults.get(name, MISSING)) for name in names)
    methods = {**_SHARED, **_comparing(its, order=order)}
    kind: Any = type(cls)
    made = kind(cls.__name__, cls.__bases__, {**methods, **body, "__slots__": slots, _ITS: its})
    made.__qualname__ = cls.__qualname__
    made.__dataclass_fields__ = _FieldsWhenAsked(made, annotations, defaults)
    made.__dataclass_params__ = _PARAMETERS
    made.__init__ = _init_when_needed(made, its)
    finished: type[_Class] = made
    return finished


class _FieldsWhenAsked:
    """The standard library's account of the fields; it takes the place of this when it is first asked for."""

    def __init__(self, made: Any, annotations: _Its, defaults: _Its) -> None:
        self._made, self._body = made, {"__annotations__": annotations, "__doc__": "-", **defaults}

    def __get__(self, value: object, cls: type[Any]) -> dict[str, Field[Any]]:
        made = self._made
        twin = type(made.__name__, made.__bases__, {"__module__": made.__module__, **self._body})
        told: Any = dataclass(init=False, repr=False, eq=False, kw_only=True)(twin)
        made.__dataclass_fields__ = told.__dataclass_fields__
        found: dict[str, Field[Any]] = told.__dataclass_fields__
        return found


@dataclass(init=False, repr=False, eq=False, kw_only=True)
class _Sample:
    """What the standard library notes of such a class."""


_PARAMETERS = vars(_Sample)["__dataclass_params__"]


def _comparing(its: _Its, *, order: bool) -> dict[str, Callable[..., Any]]:
    """Equality, hash and order, as those of the tuples of what is compared."""
    compared, hashed = [], []
    for name, one in its.items():
        compare, in_hash = (one.compare, one.hash) if isinstance(one, Field) else (True, None)
        compared += [name] if compare else []
        hashed += [name] if (compare if in_hash is None else in_hash) else []
    of_compared, of_hashed = _getter(compared), _getter(hashed)

    def comparing(by: Callable[[Any, Any], bool]) -> Callable[..., Any]:
        def method(self: object, other: object) -> Any:
            if other.__class__ is not self.__class__:
                return NotImplemented
            return by(of_compared(self), of_compared(other))

        return method

    return {
        "__eq__": comparing(operator.eq),
        "__hash__": lambda self: hash(of_hashed(self)),
        **({f"__{name}__": comparing(getattr(operator, name)) for name in _ORDERS} if order else {}),
    }


def _getter(names: list[str]) -> Callable[[object], Any]:
    return operator.attrgetter(*names) if names else lambda _: ()


def _init_when_needed(made: Any, its: _Its) -> Callable[..., None]:
    left = _FEW

    def first(self: object, **given: Any) -> None:
        nonlocal left
        left -= 1
        if left and given.keys() == its.keys():
            for name, one in given.items():
                object.__setattr__(self, name, one)
        else:
            made.__init__ = init = _compiled_init(its)
            init(self, **given)

    return first


def _compiled_init(its: _Its) -> Callable[..., None]:
    """The method that a dataclass has: it knows its arguments by name, so it is as quick, and as strict."""
    known: dict[str, Any] = {"set_": object.__setattr__, "missing": MISSING}
    arguments, lines = ["self", *(["*"] if its else [])], []
    for name, one in its.items():
        default, make = (one.default, one.default_factory) if isinstance(one, Field) else (one, MISSING)
        given = name
        if default is not MISSING:
            known[f"default_{name}"] = default
            arguments.append(f"{name}=default_{name}")
        elif make is not MISSING:
            known[f"make_{name}"] = make
            arguments.append(f"{name}=missing")
            given = f"make_{name}() if {name} is missing else {name}"
        else:
            arguments.append(name)
        lines.append(f" set_(self, {name!r}, {given})\n")
    exec(f"def __init__({', '.join(arguments)}):\n{''.join(lines) or ' pass'}", known)
    init: Callable[..., None] = known["__init__"]
    return init


def _its(value: object) -> _Its:
    its: _Its = getattr(type(value), _ITS)
    return its


def _repr(self: object) -> str:
    names = (name for name, one in _its(self).items() if not isinstance(one, Field) or one.repr)
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _refuse_to_set(self: object, name: str, _: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: object) -> list[Any]:
    return [getattr(self, name) for name in _its(self)]


def _set_state(self: object, state: list[Any]) -> None:
    for name, one in zip(_its(self), state, strict=True):
        object.__setattr__(self, name, one)


_SHARED: dict[str, Callable[..., Any]] = {
    "__repr__": _repr,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
