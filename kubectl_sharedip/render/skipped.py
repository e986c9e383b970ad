"""What was not checked, in as few lines as possible, and what that leaves open.

It refuses to leave out a code; what each of them lacks on its own is told by JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.text import wrap

_Document = Mapping[str, Any]

_NOT_READ = "not read: "
_OPEN = {
    "1": "whether what it asks for is in order",
    "2": "who shares, or could",
    "3": "what room the pools have",
    "4": "whether MetalLB and its configuration are in order",
    "5": "what MetalLB said and did before",
    "6": "whether the address can be reached",
    "7": "whether somebody else has a hand in it",
    "8": "whether habits will hurt later",
}


def skipped_lines(skipped: Sequence[_Document], width: int | None) -> Iterator[str]:
    """One sentence with all of them, those together that lack the same, and one with what is open."""
    if not skipped:
        return
    lacks = {one["code"]: one["because"].removeprefix(_NOT_READ) for one in skipped}
    families = sorted({code[3] for code in lacks})
    # What a family lacks is said for all of it: a line for each code nobody would read.
    by_lack: dict[str, list[str]] = {}
    for family in families:
        codes = sorted(code for code in lacks if code[3] == family)
        missing = dict.fromkeys(resource for code in codes for resource in lacks[code].split(", "))
        by_lack.setdefault(", ".join(missing), []).extend(codes)
    checks = "; ".join(f"{_ranges(codes)} ({missing} not read)" for missing, codes in by_lack.items())
    yield ""
    yield from wrap(f"  Not checked: {checks}.", width, 4)
    yield from wrap(f"  Open: {', '.join(_OPEN[family] for family in families)}.", width, 4)


def _ranges(codes: Sequence[str]) -> str:
    """``SIP601 to SIP604, SIP608``."""
    runs: list[list[str]] = []
    for code in codes:
        if runs and int(code[3:]) == int(runs[-1][-1][3:]) + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    return ", ".join(", ".join(run) if len(run) < 3 else f"{run[0]} to {run[-1]}" for run in runs)
