"""SIP8xx. Habits: what works, and will not age well."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import Entry

ROWS: tuple[Entry, ...] = ()
