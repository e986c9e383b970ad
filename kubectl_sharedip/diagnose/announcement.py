"""SIP6xx: whether anybody answers for the address."""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import Check

CHECKS: tuple[Check, ...] = ()
