"""What a real kernel says of addresses that cannot be reached, in a network namespace of the test's own.

Nothing leaves it: it has loopback, and one link with nobody at its other end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.command_line.program import ROOT

_LINK = """
set -e
ip link set lo up
ip link add here type veth peer name there
ip addr add 192.0.2.1/24 dev here
ip -6 addr add 2001:db8::1/64 dev here nodad
ip link set here up
ip link set there up
ip route add unreachable 198.51.100.2/32
ip route add prohibit 198.51.100.3/32
ip route add blackhole 198.51.100.4/32
exec "$0" "$1"
"""
_DIAL = """
import json
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.probing import Target
from kubectl_sharedip.model.service import ServicePort
from kubectl_sharedip.probe.sweep import USUAL_TIMEOUT_S, sweep

def target(address):
    port = ServicePort(80, "TCP")
    return Target(address=parse_address(address), service=ServiceName("a", "b"), port=port, means="tcp")

attempts = sweep(list(map(target, ADDRESSES)), parallel=16, timeout_s=USUAL_TIMEOUT_S)
print(json.dumps([(one.result, one.how) for one in attempts]))
"""
EXPECTED = {
    "192.0.2.1": ("refused", ""),  # the namespace's own
    "192.0.2.99": ("unreachable", "host"),  # ARP asks, and nobody answers
    "2001:db8::99": ("unreachable", "host"),  # NDP likewise
    "198.51.100.2": ("unreachable", "no-route"),
    "198.51.100.3": ("unreachable", "forbidden"),
    "198.51.100.4": ("unreachable", "no-route"),
    "203.0.113.1": ("unreachable", "no-route"),
    "2001:db9::1": ("unreachable", "no-route"),
}


def test_within_the_usual_time_each_is_told_from_the_others(tmp_path: Path) -> None:
    script = tmp_path / "dial.py"
    path = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nADDRESSES = {list(EXPECTED)!r}\n"
    script.write_text(path + _DIAL)

    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", "sh", "-c", _LINK, sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = dict(zip(EXPECTED, map(tuple, json.loads(done.stdout)), strict=True))
    assert found == EXPECTED
