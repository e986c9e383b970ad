"""Long names and wide characters at a terminal of 80 and of 200 columns, and in a pipe.

No name is cut anywhere. At a terminal no line is wider than it is, but for one name that is longer and for
commands, which are there to be copied; in a pipe each row of a table is one line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubectl_sharedip.render.text import cell_width
from tests.command_line.inside import ran
from tests.command_line.lab import KEY
from tests.command_line.probed import POOL, guarded, pods, svc, written
from tests.command_line.program import Program
from tests.command_line.terminal import screen, terminal

NAMESPACE = "team-platform-edge-networking-production"
LONG = "ingress-nginx-controller-for-internal-customers"
LONGER_THAN_A_LINE = "x" * 63  # with its namespace before it
KEY_OF_ALL = "the-address-of-the-edge-that-all-of-the-platform-shares"
LABEL = "app.example/part-of=everything-that-the-platform-runs-at-the-edge"
POOL_NAME = "loopback-addresses-of-the-second-datacentre-in-production"
WIDE = "共有キー"
CONTEXT = "arn:aws:eks:eu-central-1:123456789012:cluster/production-cluster-of-the-edge"
SHARED, PAIR, ASKED = "127.0.0.21", "127.0.0.22", "127.0.0.21"
PROBE = "probe --connect-timeout 200ms"
#: What each command has to show, whatever the width.
SHOWN = {
    "ls": (f"{NAMESPACE}/{LONG}", f"{NAMESPACE}/{LONGER_THAN_A_LINE}", KEY_OF_ALL, WIDE),
    "ls --show-labels": (f"{NAMESPACE}/{LONG}", KEY_OF_ALL, LABEL),
    "ls -o tree": (f"{NAMESPACE}/{LONG}", KEY_OF_ALL, WIDE),
    "why": (f"{NAMESPACE}/{LONG}",),
    "why -o tree": (f"{NAMESPACE}/{LONG}",),
    "check --offline": (f"{NAMESPACE}/{LONG}",),
    "pools": (POOL_NAME,),
    "pools -o tree": (POOL_NAME, f"{NAMESPACE}/{LONG}", KEY_OF_ALL),
    "pools --for 9443": (POOL_NAME, KEY_OF_ALL, f"{NAMESPACE}/{LONG}", WIDE),
    PROBE: (f"{NAMESPACE}/{LONG}", f"{NAMESPACE}/{LONGER_THAN_A_LINE}"),
    "undo --list": ("0badcafe", CONTEXT),
}
TABLES = ("ls", "ls --show-labels", "pools", "undo --list")
AT_200 = ("ls", "why", "check --offline", "pools", PROBE, "undo --list")


@pytest.fixture
def safe(program: Program) -> Program:
    """The program in a folder with a cluster of long names, which reaches loopback alone."""
    pool = {**POOL, "metadata": {**POOL["metadata"], "name": POOL_NAME}}
    keyed: Mapping[str, str] = {KEY: KEY_OF_ALL}
    long = svc(LONG, SHARED, 1, namespace=NAMESPACE)
    long["metadata"] |= {"annotations": keyed, "labels": dict([LABEL.split("=")])}
    longer = svc(LONGER_THAN_A_LINE, SHARED, 2, namespace=NAMESPACE)
    longer["metadata"]["annotations"] = keyed
    waits = svc("waits", SHARED, 1, namespace=NAMESPACE, loadBalancerIP=ASKED)
    waits["metadata"]["annotations"] = keyed
    waits["status"] = {"loadBalancer": {}}
    pair = [svc(name, PAIR, port) for name, port in (("web", 3), ("api", 4))]
    for body in pair:
        body["metadata"]["annotations"] = {KEY: WIDE}
    written(program, pool, long, longer, waits, *pair, pods(LONG, True, namespace=NAMESPACE))
    cluster = program.home / "cluster.json"
    whole = json.loads(cluster.read_text())
    whole["items"] = [one for one in whole["items"] if one != POOL]
    cluster.write_text(json.dumps(whole))
    return guarded(program)


def words_of(command: str, home: Path) -> tuple[str, ...]:
    """The command line, with the files that it reads."""
    if not command.startswith("undo"):
        return (*command.split(), "-f", "cluster.json")
    kept = {
        "version": 1,
        "id": "0badcafe",
        "at": "2026-01-01T00:00:00Z",
        "cluster": {"context": CONTEXT, "server": "https://127.0.0.1:1", "uid": "the-cluster"},
        "summary": f"fix {NAMESPACE}/{LONG}",
        "edits": [],
        "before": [],
        "effects": [],
        "progress": [],
    }
    (home / "journals").mkdir(exist_ok=True)
    (home / "journals" / "20260101T000000Z-0badcafe.json").write_text(json.dumps(kept))
    return (*command.split(), "--journal-dir", "journals")


@pytest.mark.parametrize(
    ("command", "columns"), [*((command, 80) for command in SHOWN), *((command, 200) for command in AT_200)]
)
def test_what_fits_the_terminal_does_and_no_name_is_cut(safe: Program, command: str, columns: int) -> None:
    with terminal(words_of(command, safe.home), safe.home, safe.env, columns) as one:
        lines = [line.rstrip() for line in screen(one.ended())]

    assert one.process.returncode in (0, 1), lines
    for name in SHOWN[command]:
        assert any(name in line for line in lines), (name, lines)
    for line in lines:
        bare = line.strip(" │├└─")
        copied = bare.removeprefix("What helps: ").startswith("kubectl ")
        assert cell_width(line) <= columns or copied or " " not in bare, line


@pytest.mark.parametrize("command", TABLES)
def test_in_a_pipe_each_row_is_a_line(safe: Program, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(safe.home)
    piped = ran(*words_of(command, safe.home))
    whole = ran(*words_of(command.removesuffix(" --show-labels"), safe.home), "-o", "json").document

    header, *rows = piped.out.splitlines()
    for name in SHOWN[command]:
        assert any(name in row for row in rows), name
    listed = whole["items"]
    if command.startswith("ls"):
        listed = [one for item in whole["items"] for one in item["services"]] + whole["pending"]
    assert len(rows[: len(listed)]) == len(listed)
    for row, item in zip(rows, listed, strict=False):
        assert (item.get("name") or item["id"]) in row
    assert max(map(cell_width, rows)) > 80 or command == "pools", header
