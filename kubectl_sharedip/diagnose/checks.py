"""Every check beside the refusal itself. A new one is a function in a family's module, and a row there."""

from __future__ import annotations

from kubectl_sharedip.diagnose import (
    announcement,
    fellows,
    hands,
    history,
    known_bugs,
    misleads,
    moved,
    pools,
    restless,
    spelling,
    this_version,
)
from kubectl_sharedip.diagnose.view import Check

ALL: tuple[Check, ...] = (
    *spelling.CHECKS,
    *fellows.CHECKS,
    *pools.CHECKS,
    *history.CHECKS,
    *moved.CHECKS,
    *misleads.CHECKS,
    *this_version.CHECKS,
    *known_bugs.CHECKS,
    *restless.CHECKS,
    *announcement.CHECKS,
    *hands.CHECKS,
)
