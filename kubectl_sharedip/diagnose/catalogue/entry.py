"""One row of the catalogue: all that does not depend on the cluster that it is found in."""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_sharedip.model.finding import Severity

ALLOCATOR = "internal/allocator/allocator.go"
SERVICE = "controller/service.go"
CONFIG = "internal/config/config.go"
RECONCILER = "internal/k8s/controllers/service_controller.go"

POOLS = ("services", "ipaddresspools")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row. ``reads`` are the resources without which the finding is not given.

    ``text`` names its values in braces; a value that is a list is joined by commas. ``brief`` is
    what a row of ``ls`` has room for. ``source`` is where MetalLB has the rule.
    """

    code: str
    name: str
    severity: Severity
    text: str
    brief: str
    reads: tuple[str, ...]
    source: str


def entry(  # noqa: PLR0917 - a row of a table
    code: str,
    name: str,
    severity: Severity,
    text: str,
    brief: str,
    source: str,
    reads: tuple[str, ...] = ("services",),
) -> Entry:
    """A row, its columns in the order in which they are written down."""
    return Entry(code=code, name=name, severity=severity, text=text, brief=brief, reads=reads, source=source)
