"""scripts/bench works: a tiny run on a real API server, and the tables that it writes."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from tests.real.conftest import _START
from tests.realcluster.processes import clean_environment

ROOT = Path(__file__).parents[2]
_COMPLETES = _START.replace("import main; main()", "import complete; complete()")


def test_a_tiny_run(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, start in (("kubectl-sharedip", _START), ("kubectl_complete-sharedip", _COMPLETES)):
        command = shlex.join([sys.executable, "-I", "-c", start, str(ROOT)])
        (programs / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (programs / name).chmod(0o755)
    page = tmp_path / "performance.md"
    page.write_text((ROOT / "docs" / "performance.md").read_text())
    words = (
        "--plugin",
        programs,
        "--sizes",
        "10",
        "mixed",
        "--mixed",
        "60",
        "--rounds",
        "1",
        "--write",
        page,
    )

    done = subprocess.run(
        [sys.executable, "-I", ROOT / "scripts" / "benching" / "bench.py", *map(str, words)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    tables = done.stdout.split("### ")
    assert len(tables) == 3
    rows = [line.split(" | ") for line in tables[1].splitlines() if line.startswith("| ")]
    measured = {row[0].lstrip("| ") for row in rows[2:]}
    assert {"`ls -A`", "`why`", "`fix`", "`check -A`", "`pools`", "completion", "`--help`"} <= measured
    assert all(len(row) == 7 for row in rows)
    limits = [line.split(" | ") for line in tables[0].splitlines() if line.startswith("| `")]
    assert {row[1] for row in limits} == {"10", "mixed"}
    assert all(float(row[3].strip("*")) > 0 for row in limits)
    assert done.stdout.strip() in page.read_text()
