"""SIP404, SIP701 to SIP704: who else has a hand in the Service, or in MetalLB."""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import Check

CHECKS: tuple[Check, ...] = ()
