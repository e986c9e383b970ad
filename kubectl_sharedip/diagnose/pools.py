"""SIP309 to SIP313: what is worth knowing of the pools, beside whether they have room."""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import Check

CHECKS: tuple[Check, ...] = ()
