"""What ./scripts/long printed last, put into docs/reliability.md: PAGE PART..., from build/long/PART.xml.

The record of a part is pytest's own, with the lines that its tests told. Around the marks people write; what
stands between them is what a run printed, with its day and commit, and nobody's else. Refuses to write of a
part that has no record.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.benching import page
from tests.real.telling import FAULTS, TOLD, sums

BY = "scripts/long"
_RECORDS = Path(__file__).resolve().parents[2] / "build" / "long"


def main() -> int:
    """0 when every part is written, 3 where one has no record or no place."""
    target, *parts = sys.argv[1:]
    try:
        for part in parts:
            page.write(Path(target), part, text(part, (_RECORDS / f"{part}.xml").read_text("utf-8")), by=BY)
    except (OSError, ValueError, ElementTree.ParseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return 0


def text(part: str, record: str) -> str:
    """What stands on the page of a part; ``record`` is the XML that pytest wrote."""
    suite = ElementTree.fromstring(record).find("testsuite")
    if suite is None:
        raise ValueError(f"the record of {part} has no suite")
    ran = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
    wrong = ran["failures"] + ran["errors"] + ran["skipped"]
    tests = f"{ran['tests']} test{'' if ran['tests'] == 1 else 's'}"
    passed = f"{tests}, all passed" if not wrong else f"{tests}, of which {wrong} did not pass"
    day, commit = suite.get("timestamp", "")[:10], suite.get("name", "")
    took = _minutes(float(suite.get("time", "0")))
    head = f"Printed on {day} by `{BY} {part}` at commit {commit}: {passed}, in {took}."
    return "\n".join([head, "", *(f"- {line}" for line in _told(suite))])


def _told(suite: ElementTree.Element) -> Iterator[str]:
    properties = [(one.get("name"), one.get("value", "")) for one in suite.iter("property")]
    yield from (" ".join(value.split()) for name, value in properties if name == TOLD)
    yield from sums(value for name, value in properties if name == FAULTS)


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


if __name__ == "__main__":
    sys.exit(main())
