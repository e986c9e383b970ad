"""One row of the catalogue: all that does not depend on the cluster that it is found in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kubectl_sharedip.model.finding import Severity
from kubectl_sharedip.model.frozen import field, frozen

ALLOCATOR = "internal/allocator/allocator.go"
SERVICE = "controller/service.go"
CONFIG = "internal/config/config.go"
RECONCILER = "internal/k8s/controllers/service_controller.go"

POOLS = ("services", "ipaddresspools")

Phrases = Mapping[str, Mapping[str, str]]

_NONE: Phrases = MappingProxyType({})


@frozen
class Entry:
    """One row. ``reads`` are the resources without which the finding is not given.

    ``text`` names its values in braces; a value that is a list is joined by commas. ``brief`` is
    what a row of ``ls`` has room for. ``source`` is where MetalLB has the rule. ``phrases`` are the
    words for values that are one of a few names, by the value's place in the text and its name.
    ``arises`` and ``clear`` are for the page of the code: when one meets it, and how to be rid of it.
    """

    code: str
    name: str
    severity: Severity
    text: str
    brief: str
    reads: tuple[str, ...]
    source: str
    phrases: Phrases = field(default_factory=lambda: _NONE)
    arises: str = ""
    clear: str = ""


def entry(  # noqa: PLR0917 - a row of a table
    code: str,
    name: str,
    severity: Severity,
    text: str,
    brief: str,
    source: str,
    reads: tuple[str, ...] = ("services",),
    phrases: Phrases = _NONE,
    arises: str = "",
    clear: str = "",
) -> Entry:
    """A row, its columns in the order in which they are written down."""
    return Entry(
        code=code,
        name=name,
        severity=severity,
        text=text,
        brief=brief,
        reads=reads,
        source=source,
        phrases=phrases,
        arises=arises,
        clear=clear,
    )
