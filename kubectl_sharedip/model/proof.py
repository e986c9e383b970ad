"""Why a conclusion holds: facts that can be looked at, and rules that join them.

A proof is a value. The words are chosen in ``report`` from the rule's name.
"""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_sharedip.model.names import ObjectRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field of one object. ``value`` is None where the field is not there."""

    object: ObjectRef
    field: str
    value: str | None
    origin: str | None = None  # file:line, where it came from a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A rule applied to facts, and to what other rules gave.

    ``rule`` is the name of the rule's function in ``metallb``; ``source`` where MetalLB has it.
    """

    rule: str
    source: str
    facts: tuple[Fact, ...] = ()
    because: tuple[Proof, ...] = ()
