"""MetalLB's events beside what the rules foretell: evidence, not the answer."""

from __future__ import annotations

import re

from kubectl_sharedip.metallb.outcomes import ForetoldEvent
from kubectl_sharedip.model.event import Event

_ALLOCATION_REASONS = ("AllocationFailed", "IPAllocated", "ClearAssignment", "LoadBalancerFailed")
_COMBINED = "(combined from similar events): "
_IN_USE_BY = re.compile(r"(address also in use by )(\S+)$")


def agrees(event: Event, foretold: ForetoldEvent | None) -> bool | None:
    """Whether the event says what the rules give now; None where it is not about allocation."""
    if event.reason not in _ALLOCATION_REASONS:
        return None
    if foretold is None:
        return event.reason == "IPAllocated"
    return event.reason == foretold.reason and same_text(event.message, foretold.message)


def same_text(left: str, right: str) -> bool:
    """Whether two texts of MetalLB are the same, the order of holders aside, which is random."""
    return _sorted_holders(left) == _sorted_holders(right)


def _sorted_holders(text: str) -> str:
    text = text.removeprefix(_COMBINED)
    return _IN_USE_BY.sub(lambda found: found[1] + ",".join(sorted(found[2].split(","))), text)
