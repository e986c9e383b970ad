"""SIP208 to SIP212: who else has its key, or may come to have its address."""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import Check

CHECKS: tuple[Check, ...] = ()
