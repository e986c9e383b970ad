"""Findings that somebody has decided not to hear of: by code, on one object, or as old debts.

It exists so that each of them is counted: what is ignored is never silent. Refuses to change what is
left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.names import ObjectRef

#: The annotation that names codes to be ignored on its object, by commas or blanks.
IGNORE = "sharedip/ignore"


@frozen
class Debt:
    """An old finding: its code, the object that it is told of, and a field that it spoke of.

    ``field`` is None for a finding that spoke of no field of its own object.
    """

    code: str
    object: ObjectRef
    field: str | None


@frozen
class Ignored:
    """What is not to be told: ``codes`` everywhere, ``on`` one object each, and old ``debts``."""

    codes: frozenset[str] = frozenset()
    on: Mapping[ObjectRef, frozenset[str]] = field(default_factory=dict)
    debts: frozenset[Debt] = frozenset()

    def split(
        self, object_: ObjectRef, findings: Iterable[Finding]
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings of this object that are told, and those that are only counted."""
        told: list[Finding] = []
        counted: list[Finding] = []
        for finding in findings:
            (counted if self._is(object_, finding) else told).append(finding)
        return tuple(told), tuple(counted)

    def _is(self, object_: ObjectRef, finding: Finding) -> bool:
        if finding.code in self.codes or finding.code in self.on.get(object_, ()):
            return True
        return debts_of(object_, finding) <= self.debts

    def paid(self, found: Iterable[tuple[ObjectRef, Finding]]) -> int:
        """How many of the old findings are there no more, all of one code on one object taken as one."""
        there = {debt for object_, finding in found for debt in debts_of(object_, finding)}
        return len({(debt.code, debt.object) for debt in self.debts - there})


def debts_of(object_: ObjectRef, finding: Finding) -> frozenset[Debt]:
    """What of a finding is remembered: never its words, nor the values, which change from day to day."""
    fields: set[str | None] = {fact.field for fact in finding.facts if fact.object == object_}
    return frozenset(Debt(code=finding.code, object=object_, field=one) for one in fields or {None})
