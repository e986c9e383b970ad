"""SIP502 to SIP507, SIP510: what MetalLB said and did, and what this version is known for."""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import Check

CHECKS: tuple[Check, ...] = ()
