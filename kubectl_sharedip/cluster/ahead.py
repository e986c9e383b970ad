"""Where the next page of a list begins, to ask for it while the one before it is still being read.

It exists because the server takes as long to make a page as this program takes to read one: side by side
they take half. Where the next page begins stands at the head of most lists. Of custom resources it comes
after the items, and is known when those are read. Refuses to understand more of a page.
"""

from __future__ import annotations

import json
import re

_HEAD_BYTES = 4096
_ITEMS, _METADATA = '"items"', re.compile(r'"metadata"\s*:\s*')
_DECODER = json.JSONDecoder()


def next_place(page: bytes) -> str:
    """The place at which the next page begins, as the head of this one says.

    Empty where there is none, and where the head does not tell.
    """
    head, _, _ = page[:_HEAD_BYTES].decode("utf-8", "replace").partition(_ITEMS)
    found = _METADATA.search(head)
    try:
        metadata, _ = _DECODER.raw_decode(head, found.end()) if found else ({}, 0)
    except (ValueError, RecursionError):
        return ""
    place = metadata.get("continue") if isinstance(metadata, dict) else None
    return place if isinstance(place, str) else ""
