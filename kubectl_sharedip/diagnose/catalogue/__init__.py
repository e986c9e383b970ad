"""Every finding that this program can give: code, name, severity, text, what it reads.

A code is never reused and never changes its meaning.
"""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue import (
    announcement,
    asks,
    habits,
    handling,
    hands,
    notes,
    room,
    sharing,
    time,
)
from kubectl_sharedip.diagnose.catalogue.entry import Entry

__all__ = ["CATALOGUE", "Entry"]

_FAMILIES = (asks, sharing, room, handling, time, announcement, hands, habits, notes)

CATALOGUE = {row.code: row for family in _FAMILIES for row in family.ROWS}
