"""pools: the room of each, who shares in it, and who could join."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from tests.command_line.lab import Lab, service
from tests.command_line.program import COMMAND, Program, refused
from tests.command_line.schema import broken_promises, promised
from tests.diagnose_room.program import ask
from tests.fakeapi import FakeApi, Json

OBJECTS = """
apiVersion: metallb.io/v1beta1
kind: IPAddressPoolList
items:
- metadata: {name: lab, namespace: metallb-system}
  spec:
    addresses: [192.0.2.0/30, "2001:db8::/64"]
    avoidBuggyIPs: true
    serviceAllocation:
      priority: 5
      namespaces: [bank]
      namespaceSelectors: [{matchLabels: {team: red}}]
      serviceSelectors: [{matchLabels: {tier: web}}]
- metadata: {name: odd, namespace: metallb-system, labels: {open: "yes"}}
  spec: {addresses: [198.51.100.255/32, 198.51.100.1-198.51.100.5], avoidBuggyIPs: true, autoAssign: false}
- {metadata: {name: stray, namespace: elsewhere}, spec: {addresses: [10.0.0.0/8]}}
---
apiVersion: metallb.io/v1beta1
kind: L2AdvertisementList
items: [{metadata: {name: l2, namespace: metallb-system}, spec: {ipAddressPools: [lab]}}]
---
{apiVersion: metallb.io/v1beta1, kind: BGPAdvertisementList, items: []}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: metallb-system, labels: {app: metallb, component: controller}}
spec: {template: {spec: {containers: [{name: controller, image: "metallb/controller:v0.16.1"}]}}}
---
apiVersion: v1
kind: NamespaceList
items: [{metadata: {name: red-one, labels: {team: red}}}, {metadata: {name: shop}}]
---
apiVersion: v1
kind: ServiceList
items:
- metadata:
    {name: a, namespace: red-one, uid: a, labels: {tier: web}, annotations: {metallb.io/allow-shared-ip: web}}
  spec: {type: LoadBalancer, clusterIPs: [10.96.0.1, "fd00::1"], ports: [{port: 80}]}
  status: {loadBalancer: {ingress: [{ip: 192.0.2.1}, {ip: "2001:db8::"}]}}
- metadata:
    {name: b, namespace: red-one, uid: b, labels: {tier: web}, annotations: {metallb.io/allow-shared-ip: web}}
  spec: {type: LoadBalancer, clusterIPs: [10.96.0.2], ports: [{port: 53, protocol: UDP}]}
  status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}
- metadata:
    name: c
    namespace: shop
    uid: c
    annotations: {metallb.io/allow-shared-ip: own, metallb.io/address-pool: odd}
  spec:
    type: LoadBalancer
    clusterIPs: [10.96.0.3]
    externalTrafficPolicy: Local
    selector: {app: c}
    ports: [{port: 443}]
  status: {loadBalancer: {ingress: [{ip: 198.51.100.1}]}}
- metadata: {name: alone, namespace: shop, uid: d, annotations: {metallb.io/address-pool: odd}}
  spec: {type: LoadBalancer, clusterIPs: [10.96.0.4], ports: [{port: 8080}]}
  status: {loadBalancer: {ingress: [{ip: 198.51.100.2}]}}
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    place = tmp_path / "pools.yaml"
    place.write_text(OBJECTS)
    return str(place)


def pools(file: str, *words: str) -> dict[str, Json]:
    document = ask("pools", "-f", file, *words, "-o", "json").document
    assert broken_promises(document) == []
    return {item["name"]: item for item in document["items"]}


def test_each_pool_with_all_that_cli_md_promises(file: str) -> None:
    found = pools(file)

    lab, odd, stray = found["lab"], found["odd"], found["stray"]
    # .0 cannot be given out; a /64 is counted to the last address.
    assert lab["ipv4"] == {"size": "3", "used": "1", "shared": "1", "free": "2"}
    assert lab["ipv6"] == {"size": str(2**64), "used": "1", "shared": "0", "free": str(2**64 - 1)}
    assert odd["ipv4"] == {"size": "5", "used": "2", "shared": "0", "free": "3"}
    assert odd["ipv6"] == {"size": "0", "used": "0", "shared": "0", "free": "0"}
    assert (lab["ranges"], lab["autoAssign"], odd["autoAssign"]) == (
        ["192.0.2.0/30", "2001:db8::/64"],
        True,
        False,
    )
    assert (lab["accepted"], stray["accepted"], stray["ipv4"]) == (True, False, None)
    assert lab["allocation"] == {
        "priority": 5,
        "namespaces": ["bank"],
        "namespaceSelectors": ["team=red"],
        "serviceSelectors": ["tier=web"],
        "namespacesSelected": ["red-one"],
    }
    assert odd["allocation"] is None
    assert lab["advertisedBy"] == [{"kind": "L2Advertisement", "namespace": "metallb-system", "name": "l2"}]
    assert odd["advertisedBy"] == []
    held = [(one["address"], [(s["name"], s["ports"]) for s in one["services"]]) for one in lab["addresses"]]
    assert held == [
        ("192.0.2.1", [("a", ["80/TCP"]), ("b", ["53/UDP"])]),
        ("2001:db8::", [("a", ["80/TCP"])]),
    ]
    codes = {name: [finding["code"] for finding in item["findings"]] for name, item in found.items()}
    assert codes == {"lab": [], "odd": ["SIP313", "SIP601"], "stray": ["SIP311"]}
    assert "joinable" not in lab


def test_pools_that_are_rejected_together_and_one_that_is_nearly_full(tmp_path: Path) -> None:
    place = tmp_path / "pools.yaml"
    place.write_text(OBJECTS.replace("198.51.100.1-198.51.100.5", "198.51.100.1-198.51.100.4, 192.0.2.2/32"))
    rejected = pools(str(place))
    place.write_text(OBJECTS.replace("198.51.100.1-198.51.100.5", "198.51.100.1-198.51.100.4"))

    assert {name: item["accepted"] for name, item in rejected.items()} == dict.fromkeys(
        ("lab", "odd", "stray"), False
    )
    assert [f["code"] for f in rejected["odd"]["findings"]] == ["SIP308"]
    assert [f["code"] for f in rejected["lab"]["findings"]] == ["SIP308"]
    assert "SIP310" in [finding["code"] for finding in pools(str(place))["odd"]["findings"]]


def test_what_was_not_read_is_null_and_no_finding(tmp_path: Path) -> None:
    place = tmp_path / "pools.yaml"
    first, *rest = OBJECTS.split("---")
    place.write_text(
        "---".join(part for part in (first, *rest) if "Advertisement" not in part and "Namespace" not in part)
    )
    found = pools(str(place))

    assert (found["lab"]["advertisedBy"], found["lab"]["allocation"]["namespacesSelected"]) == (None, None)
    assert [finding["code"] for finding in found["odd"]["findings"]] == ["SIP313"]


def test_what_pools_show_by_themselves_needs_no_service(tmp_path: Path) -> None:
    """Pools alone, before anything else is deployed."""
    place = tmp_path / "pools.yaml"
    pools_ = [
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"namespace": "metallb-system", "name": name},
            "spec": {"addresses": [range_]},
        }
        for name, range_ in (("one", "192.0.2.0/24"), ("two", "192.0.2.9/32"))
    ]
    place.write_text("\n---\n".join(map(json.dumps, pools_)))

    found = pools(str(place))

    assert {name: [one["code"] for one in item["findings"]] for name, item in found.items()} == {
        "one": ["SIP308"],
        "two": ["SIP308"],
    }


# Who could join


def joinable(file: str, *words: str) -> list[tuple[Any, ...]]:
    return [
        (
            one["address"],
            one["key"],
            one["externalTrafficPolicy"],
            one["selector"],
            [s["name"] for s in one["services"]],
        )
        for item in pools(file, *words).values()
        for one in item["joinable"]
    ]


WEB = ("192.0.2.1", "web", "Cluster", None, ["a", "b"])
WEB6 = ("2001:db8::", "web", "Cluster", None, ["a"])
OWN = ("198.51.100.1", "own", "Local", {"app": "c"}, ["c"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--for", "443/TCP"), [WEB, WEB6]),
        (("--for", "8080"), [WEB, WEB6, OWN]),
        (("--for", "443/udp"), [WEB, WEB6, OWN]),
        (("--for", "53/UDP", "--key", "web"), [WEB6]),
        (("--for", "80/TCP"), [OWN]),
        (("--for", "9000", "--for", "80/TCP"), [OWN]),
        (("--for", "9000,9001/TCP", "--key", "own"), [OWN]),
        (("--for", "9000", "--key", "Own"), []),
    ],
)
def test_addresses_that_a_list_of_ports_could_join(
    file: str, words: tuple[str, ...], expected: list[Any]
) -> None:
    assert joinable(file, *words) == expected


def manifest(folder: Path, namespace: str, *, key: str | None = "web", **spec: Any) -> str:
    body = service("new", namespace=namespace, port=9000, **spec)
    body["metadata"]["labels"] = {"tier": "web"}
    body["metadata"]["annotations"] = {"metallb.io/allow-shared-ip": key} if key else {}
    place = folder / f"{namespace}.json"
    place.write_text(json.dumps(body))
    return str(place)


def test_addresses_that_a_manifest_could_join(file: str, tmp_path: Path) -> None:
    """Its family, its policy, whom the pool is for, and its key decide, as they would for MetalLB."""
    red = manifest(tmp_path, "red-one")
    local = {"externalTrafficPolicy": "Local", "selector": {"app": "c"}}

    assert joinable(file, "--for", red) == [WEB]
    assert joinable(file, "--for", manifest(tmp_path, "red-one", clusterIPs=["fd00::9"])) == [WEB6]
    assert joinable(file, "--for", manifest(tmp_path, "shop")) == []  # lab is for others
    assert joinable(file, "--for", manifest(tmp_path, "shop"), "--key", "own") == []  # under Local alone
    assert joinable(file, "--for", manifest(tmp_path, "shop", key=None, **local)) == [OWN]
    assert joinable(file, "--for", manifest(tmp_path, "red-one", type="ClusterIP")) == []
    # One that is there already keeps the families that the cluster gave it, whatever the manifest leaves out.
    there = json.loads(Path(manifest(tmp_path, "red-one")).read_text())
    there["metadata"]["name"] = "a"
    del there["spec"]["clusterIPs"]
    again = tmp_path / "again.json"
    again.write_text(json.dumps(there))
    assert joinable(file, "--for", str(again)) == [(*WEB[:4], ["b"])]
    document = ask("pools", "-f", file, "--for", manifest(tmp_path, "red-one"), "-o", "json").document
    assert document["items"][0]["joinable"][0]["for"] == {"namespace": "red-one", "name": "new"}


def test_what_for_cannot_mean(program: Program, file: str, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.yaml"
    nothing.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}")

    refused(program("pools", "-f", file, "--for", "70000"), 2, "70000")
    refused(program("pools", "-f", file, "--key", "web"), 2, "--for")
    refused(program("pools", "-f", file, "--for", "443", "--for", str(nothing)), 2, "not both")
    refused(program("pools", "-f", file, "--for", str(nothing)), 3, "no Service")
    refused(program("pools", "-f", file, "--for", "nowhere.yaml"), 3, "nowhere.yaml")
    refused(program("pools", "-f", file, "--for", "443,8080-8081"), 2, "443/TCP,53/UDP")
    template = tmp_path / "t.yaml"
    template.write_text('{apiVersion: v1, kind: Service, metadata: {name: "{{ .Name }}"}, spec: {}}')
    refused(program("pools", "-f", file, "--for", str(template)), 3, "t.yaml:1", "template")
    with pytest.raises(click.UsageError, match="watches a cluster"):
        ask("pools", "-f", file, "-w")


# How it looks


def test_the_table_at_80_columns(program: Program, file: str) -> None:
    ended = program("pools", "-f", file, columns=80)

    assert ended.out.splitlines() == [
        "POOL    FAMILY   SIZE   USED   SHARED   FREE     FINDINGS",
        "lab     IPv4     3      1      1        2        -",
        "lab     IPv6     2^64   1      0        2^64-1   -",
        "odd     IPv4     5      2      0        3        SIP601 not-advertised, SIP313",
        "                                                 range-gives-nothing",
        "stray   -        -      -      -        -        SIP311 pool-in-other-namespace",
    ]


def test_a_bar_on_a_terminal_only(program: Program, file: str) -> None:
    seen, shown = pty.openpty()
    child = os.fork()
    if not child:
        os.dup2(shown, 1)
        os.chdir(program.home)
        os.execve(sys.executable, [*COMMAND, "pools", "-f", file, "--color", "never"], dict(program.env))
    os.close(shown)
    text = b""
    while True:
        try:
            part = os.read(seen, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.waitpid(child, 0)
    os.close(seen)

    lines = text.decode().splitlines()
    assert "FILL" in lines[0]
    assert "████░░░░░░ 33%" in lines[1]
    assert "█░░░░░░░░░ <1%" in lines[2]
    assert "FILL" not in program("pools", "-f", file).out


def test_the_tree_tells_who_shares_and_what_fills_it(file: str) -> None:
    text = ask("pools", "-f", file, "-o", "tree").text

    for line in (
        "metallb-system/lab  192.0.2.0/30, 2001:db8::/64",
        "IPv4: 1 of 3 in use (33%), 1 of them shared; 2 more Services with an address of their own fill it",
        f"IPv6: 1 of {2**64} in use (<1%); {2**64 - 1} more Services with an address of their own fill it",
        "for Services with tier=web in namespace bank or namespaces with team=red (red-one), priority 5;"
        " given out unasked; never an address ending in .0 or .255 (avoidBuggyIPs)",
        "announced by L2Advertisement metallb-system/l2",
        "192.0.2.1  key web",
        "red-one/b  53/UDP",
        "only for Services that ask for it (autoAssign: false)",
        "announced by nothing",
        "not in force as it stands, so its room is not counted",
    ):
        assert line in text


def test_other_forms(file: str) -> None:
    rows = list(csv.reader(io.StringIO(ask("pools", "-f", file, "-o", "csv").text)))
    columns = ask("pools", "-f", file, "-o", "custom-columns=NAME:name,FREE:ipv4.free", "--no-headers").text

    assert rows[0][:6] == ["POOL", "FAMILY", "SIZE", "USED", "SHARED", "FREE"]
    assert rows[2][:6] == ["lab", "IPv6", str(2**64), "1", "0", str(2**64 - 1)]
    assert rows[4][1:6] == [""] * 5
    assert ask("pools", "-f", file, "-o", "name").text.splitlines() == [
        f"ipaddresspool.metallb.io/{name}" for name in ("lab", "odd", "stray")
    ]
    assert [line.split() for line in columns.splitlines()] == [
        ["lab", "2"],
        ["odd", "3"],
        ["stray", "<none>"],
    ]
    assert "198.51.100.255/32,198.51.100.1-198.51.100.5" in ask("pools", "-f", file, "-o", "wide").text


def test_what_could_be_joined_is_a_table_and_nothing_is_said_so(program: Program, file: str) -> None:
    ended = program("pools", "-f", file, "--for", "8080", columns=100)
    none = program("pools", "-f", file, "--for", "8080", "--key", "none")

    assert ended.out.splitlines()[1] == (
        "192.0.2.1      lab    web   Cluster       red-one/a 80/TCP, red-one/b 53/UDP"
    )
    assert (none.status, none.out) == (0, "")
    assert "No address can be joined.\n2 IPv4 addresses are free in lab." in none.err


def test_room_is_told_of_pools_that_it_may_use(program: Program, file: str, tmp_path: Path) -> None:
    """Of a manifest it is known for whom it is, and which families it has."""
    red = program("pools", "-f", file, "--for", manifest(tmp_path, "red-one", key="none"))
    shop = program("pools", "-f", file, "--for", manifest(tmp_path, "shop", key="none"))

    assert "2 IPv4 addresses are free in lab." in red.err
    assert "IPv6" not in red.err
    assert "in lab" not in shop.err
    assert "3 IPv4 addresses are free in odd." in shop.err


# On a cluster


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


def test_on_a_cluster_with_what_may_not_be_read(lab: Lab) -> None:
    first = lab("pools", "-o", "json")
    lab.api.forbidden = {("ipaddresspools", None), ("ipaddresspools", "metallb-system")}
    closed = lab("pools")

    (item,) = first.document["items"]
    assert (first.status, broken_promises(first.document)) == (0, [])
    assert item["ipv4"] == {"size": "6", "used": "2", "shared": "1", "free": "4"}
    assert (closed.status, closed.out) == (0, "")
    assert "SIP901" in closed.err
    assert "No IPAddressPool could be read." in closed.err


def test_watching_prints_what_changed(lab: Lab) -> None:
    import subprocess

    words = [*COMMAND, *lab.words("pools", "-w", "-o", "json")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=dict(lab.program.env)) as child:
        assert child.stdout is not None
        first = promised(json.loads(child.stdout.readline()))
        lab.api.put(service("more", "192.0.2.10", port=9000))
        second = promised(json.loads(child.stdout.readline()))
        child.terminate()

    used = [document["items"][0]["ipv4"]["used"] for document in (first, second)]
    assert used == ["2", "3"]
