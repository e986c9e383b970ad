"""What every frozen value is made with: a dataclass that costs next to nothing until one of it is made.

Python compiles six methods for each frozen dataclass, anew at every start; a command that loads over a
hundred of them spends a third of its time on that. Here they are shared, and ``__init__`` is compiled when
the first value is made. Refuses what is not frozen, not slotted, or made by position.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[Any], Any]:
        """Only type checkers ask."""
        return lambda decorator: decorator


__all__ = ["field", "frozen"]

_Class = TypeVar("_Class")
_Fields: TypeAlias = "tuple[Field[Any], ...]"
_ORDERS = ("lt", "le", "gt", "ge")


@overload
def frozen(made: type[_Class]) -> type[_Class]: ...
@overload
def frozen(*, order: bool) -> Callable[[type[_Class]], type[_Class]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(made: type[Any] | None = None, *, order: bool = False) -> Any:
    """A dataclass that is frozen, slotted and keyword-only; with ``order`` its values can be sorted.

    All that the standard library does with dataclasses (``fields``, ``replace``) works; ``field`` may set
    ``default``, ``default_factory``, ``repr``, ``compare`` and ``hash``, and there is no ``__post_init__``.
    """
    if made is None:
        return lambda cls: _frozen(cls, order=order)
    return _frozen(made, order=order)


def _frozen(cls: type[_Class], *, order: bool) -> type[_Class]:
    # Else the standard library would write a signature there, which takes longer than all the rest.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    its: _Fields = fields(made)  # type: ignore[arg-type]  # mypy does not know that it is one
    methods: dict[str, Callable[..., Any]] = {
        **_comparing(its, order=order),
        "__init__": _init_when_needed(made, its),
        "__repr__": _repr,
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _set_state,
    }
    for name, method in methods.items():
        if name not in cls.__dict__:  # its own stay
            setattr(made, name, method)
    return made


def _comparing(its: _Fields, *, order: bool) -> dict[str, Callable[..., Any]]:
    """Equality, hash and order, as those of the tuples of what is compared."""
    compared = _getter([one.name for one in its if one.compare])
    hashed = _getter([one.name for one in its if (one.compare if one.hash is None else one.hash)])

    def compare(by: Callable[[Any, Any], bool]) -> Callable[..., Any]:
        def method(self: object, other: object) -> Any:
            return (
                by(compared(self), compared(other)) if other.__class__ is self.__class__ else NotImplemented
            )

        return method

    return {
        "__eq__": compare(operator.eq),
        "__hash__": lambda self: hash(hashed(self)),
        **({f"__{name}__": compare(getattr(operator, name)) for name in _ORDERS} if order else {}),
    }


def _getter(names: list[str]) -> Callable[[object], Any]:
    return operator.attrgetter(*names) if names else lambda _: ()


def _init_when_needed(made: type[Any], its: _Fields) -> Callable[..., None]:
    def first(self: object, **given: Any) -> None:
        init = _compiled_init(its)
        made.__init__ = init
        init(self, **given)

    return first


def _compiled_init(its: _Fields) -> Callable[..., None]:
    """The method that a dataclass has: it knows its arguments by name, so it is as quick, and as strict."""
    known: dict[str, Any] = {"set_": object.__setattr__}
    arguments, lines = ["self", "*"], []
    for one in its:
        name, given = one.name, one.name
        if one.default is not MISSING:
            known[f"default_{name}"] = one.default
            arguments.append(f"{name}=default_{name}")
        elif one.default_factory is not MISSING:
            known["missing"], known[f"make_{name}"] = MISSING, one.default_factory
            arguments.append(f"{name}=missing")
            given = f"make_{name}() if {name} is missing else {name}"
        else:
            arguments.append(name)
        lines.append(f" set_(self, {name!r}, {given})")
    exec(f"def __init__({', '.join(arguments) if its else 'self'}):\n" + ("\n".join(lines) or " pass"), known)
    init: Callable[..., None] = known["__init__"]
    return init


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: object, name: str, _: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, its in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, its)
