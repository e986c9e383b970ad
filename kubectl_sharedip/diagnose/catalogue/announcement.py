"""SIP6xx. It has an address: can anyone reach it?"""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import Entry

ROWS: tuple[Entry, ...] = ()
