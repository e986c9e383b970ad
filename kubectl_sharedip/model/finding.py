"""A finding about the user's cluster: a code, the values of its text, and its proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.snapshot import Note

Severity = Literal["error", "warning", "info"]
Value = str | tuple[str, ...]


@frozen
class Finding:
    """One row of the catalogue, found true of one Service.

    ``decisive``: MetalLB stops here. ``cause``: what a person has to look at; with all causes
    cleared the Service is assigned. ``certain`` is False where it depends on MetalLB's chance or
    on something that was not read. ``holders`` are the Services that stand in the way.
    """

    code: str
    severity: Severity
    values: Mapping[str, Value]
    facts: tuple[Fact, ...]
    holders: tuple[ServiceName, ...] = ()
    proof: Proof | None = None
    decisive: bool = False
    cause: bool = False
    certain: bool = True


@frozen
class Skipped:
    """A check that was not made, because of what was not read."""

    code: str
    resources: tuple[str, ...]


@frozen
class Diagnosis:
    """All that is found of one Service, the causes first; ``notes`` are the limits of it."""

    service: ServiceName
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...] = ()

    @property
    def decisive(self) -> Finding | None:
        """The finding at which MetalLB stops, None where it stops at none."""
        return next((finding for finding in self.findings if finding.decisive), None)
