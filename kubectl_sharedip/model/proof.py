"""Why a conclusion holds: facts that can be looked at, and rules that join them.

A proof is a value. The words are chosen in ``report`` from the rule's name.
"""

from __future__ import annotations

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ObjectRef


@frozen
class Fact:
    """One field of one object. ``value`` is None where the field is not there."""

    object: ObjectRef
    field: str
    value: str | None
    origin: str | None = None  # file:line, where it came from a file


@frozen
class Proof:
    """A rule applied to facts, and to what other rules gave.

    ``rule`` is the name of the rule's function in ``metallb``; ``source`` where MetalLB has it.
    """

    rule: str
    source: str
    facts: tuple[Fact, ...] = ()
    because: tuple[Proof, ...] = ()
