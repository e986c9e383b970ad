"""SIP109 to SIP112, SIP115 to SIP117: how the Service says what it asks for."""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import Check

CHECKS: tuple[Check, ...] = ()
