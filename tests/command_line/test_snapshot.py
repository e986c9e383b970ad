"""snapshot: a cluster in one file, which answers as the cluster did; and what goes wrong with files."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.lab import KEY, TOKEN, Lab, service
from tests.command_line.program import Program, refused
from tests.command_line.schema import broken_promises, promised
from tests.command_line.test_announced_on_cluster import objects
from tests.diagnose_room.program import ask
from tests.fakeapi import FakeApi, Json
from tests.files_room.marks import Marks, full_bodies

EVERYTHING = (
    ("ls", "-A"),
    ("why", "-A"),
    ("why", "shop/dns-tcp", "shop/dot", "bank/vault"),
    ("why", "shop/plain"),
    ("why", "shop/late", "--events"),
    ("check", "-A"),
    ("pools",),
    ("pools", "--for", "443/TCP", "--key", "dns"),
    ("fix", "shop/dot", "--dry-run=client"),
    ("fix", "-A", "--dry-run=client", "--allow", "unpin,others"),
)


def said(lab: Lab, *words: str) -> Json:
    """The answer of a command, called in this process."""
    return ask(*lab.words(*words), "-o", "json").document


def replayed(file: Path, *words: str) -> Json:
    return ask(*words, "-f", str(file), "-o", "json").document


def without_place(document: Json, *texts: str) -> Json:
    """The answer without where it came from, and without the flags that its commands repeat."""
    document = {**document, "source": None}
    text = json.dumps(document)
    for one in texts:
        text = text.replace(one, "")
    found: Json = json.loads(text)
    return found


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        made = Lab(api, program)
        for body in objects():
            api.put(body)
        for namespace, name in (("shop", "dns-tcp"), ("shop", "dns-udp"), ("bank", "vault"), ("shop", "dot")):
            api.put({**(body := made.get(name, namespace)), "metadata": {**body["metadata"], "uid": name}})
        api.put(service("late", port=8080, externalTrafficPolicy="Local", selector={"app": "late"}))
        failed = 'Failed to allocate IP for "shop/late": no available IPs'
        api.put(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"namespace": "shop", "name": "late.1"},
                "involvedObject": {"kind": "Service", "namespace": "shop", "name": "late"},
                "reason": "AllocationFailed",
                "type": "Warning",
                "message": failed,
                "source": {"component": "metallb-controller"},
                "lastTimestamp": "2026-01-02T03:04:05Z",
            }
        )
        yield made


@pytest.fixture
def taken(lab: Lab, tmp_path: Path) -> Path:
    file = tmp_path / "cluster.json.gz"
    assert ask(*lab.words("snapshot"), "--to", str(file)).status == 0
    return file


@pytest.mark.parametrize("words", EVERYTHING, ids=" ".join)
def test_every_command_answers_as_on_the_cluster(lab: Lab, taken: Path, words: tuple[str, ...]) -> None:
    live, again = said(lab, *words), replayed(taken, *words)

    assert without_place(again, f" -f {taken}") == without_place(live, f" --kubeconfig {lab.kubeconfig}")
    same = ("context", "server", "kubernetes", "metallb", "notRead")
    assert [again["source"][name] for name in same] == [live["source"][name] for name in same]
    assert again["source"]["files"] == [str(taken)]


def test_annotations_for_this_program_are_read_of_whatever_has_them(lab: Lab, tmp_path: Path) -> None:
    """What is ignored on a pool, and the name that probe and its targets give to a server."""
    pool: Json = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {
            "namespace": "metallb-system",
            "name": "odd",
            "annotations": {"sharedip/ignore": "SIP313", "example.com/token": TOKEN},
        },
        "spec": {"addresses": ["203.0.113.255/32", "203.0.113.1/32"], "avoidBuggyIPs": True},
    }
    lab.api.put(pool)
    body = lab.get("dns-tcp")
    body["metadata"]["annotations"]["external-dns.alpha.kubernetes.io/hostname"] = "dns.example.com"
    lab.api.put(body)
    file = tmp_path / "cluster.json"
    assert ask(*lab.words("snapshot"), "--to", str(file)).status == 0

    live, again = said(lab, "check", "-A"), replayed(file, "check", "-A")
    for folder, words in (("live", lab.words("probe", "-A")), ("again", ("probe", "-A", "-f", str(file)))):
        assert ask(*words, "--tls", "53", "--targets", str(tmp_path / folder)).status == 0

    assert live["summary"]["ignored"] == 1
    assert again["summary"] == live["summary"]
    assert "dns.example.com" in (tmp_path / "live" / "blackbox.yml").read_text()
    for one in ("targets.json", "blackbox.yml", "rules.yml", "records.jsonl"):
        assert (tmp_path / "again" / one).read_text() == (tmp_path / "live" / one).read_text()
    assert TOKEN not in file.read_text()


@pytest.mark.parametrize(
    "closed",
    [
        {("services", None)},
        {("ipaddresspools", None), ("ipaddresspools", "metallb-system")},
        {("deployments", None), ("deployments", "metallb-system"), ("events", None), ("nodes", None)},
        {("namespaces", None), ("l2advertisements", None), ("l2advertisements", "metallb-system")},
    ],
    ids=["services", "pools", "versions", "advertisements"],
)
def test_what_may_not_be_read_is_not_read_in_the_file_either(
    lab: Lab, tmp_path: Path, closed: set[tuple[str, str | None]]
) -> None:
    lab.api.forbidden = closed
    lab.api.absent = {"servicebgpstatuses"}
    file = tmp_path / "cluster.json"
    ask(*lab.words("snapshot"), "--to", str(file))

    for words in (("why", "shop/dot"), ("why", "shop/dns-tcp"), ("pools",), ("ls", "-A")):
        live, again = said(lab, *words), replayed(file, *words)
        assert without_place(again, f" -f {file}") == without_place(live, f" --kubeconfig {lab.kubeconfig}")
        assert again["source"]["notRead"] == live["source"]["notRead"]


def test_now_is_when_it_was_taken(lab: Lab, tmp_path: Path) -> None:
    """What changed moments before is in flight for ever after."""
    file = tmp_path / "cluster.json"
    ask(*lab.words("snapshot"), "--to", str(file))
    document = promised(json.loads(file.read_text()))
    (late,) = (
        item for item in document["items"] if item["metadata"]["name"] == "late" and item["kind"] == "Service"
    )
    late["metadata"]["creationTimestamp"] = document["source"]["takenAt"]
    file.write_text(json.dumps(document))

    assert [note["code"] for note in replayed(file, "why", "shop/late")["notes"]] == ["SIP904"]


def test_it_holds_what_was_read_and_nothing_that_nobody_asked_for(lab: Lab, taken: Path) -> None:
    document = promised(json.loads(gzip.decompress(taken.read_bytes())))

    assert broken_promises(document) == []
    assert (document["source"]["context"], document["clusterUID"]) == ("lab", "the-cluster")
    assert document["source"]["takenAt"] is not None
    assert {"namespaces", "bgppeers", "servicel2statuses"} <= set(document["read"])
    text = json.dumps(document)
    assert TOKEN not in text
    kinds = [item["kind"] for item in document["items"]]
    assert kinds == sorted(kinds, key=list(dict.fromkeys(kinds)).index), "kind by kind"
    services = [i["metadata"] for i in document["items"] if i["kind"] == "Service"]
    assert [(s["namespace"], s["name"]) for s in services] == sorted(
        (s["namespace"], s["name"]) for s in services
    )
    assert len([kind for kind in kinds if kind == "Pod"]) == 1


def test_a_renamed_snapshot_of_a_cluster(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "renamed.json"
    lab.annotate("dns-udp", KEY, "dns")
    assert ask(*lab.words("snapshot"), "--redact", "--to", str(file)).status == 0

    document = json.loads(file.read_text())
    assert broken_promises(document) == []
    for text in ("dns", "vault", "192.0.2.1", "lab", lab.api.url, "the-cluster", "metallb-system", "n1"):
        assert f'"{text}"' not in file.read_text(), text
    live, again = said(lab, "ls", "-A"), replayed(file, "ls")
    assert [len(item["services"]) for item in again["items"]] == [
        len(item["services"]) for item in live["items"]
    ]
    assert [p["reason"]["code"] for p in again["pending"]] == [p["reason"]["code"] for p in live["pending"]]


def test_the_file_is_whole_and_for_nobody_else(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "cluster.json"
    file.write_text("what was there before")
    file.chmod(0o644)
    ended = lab("snapshot", "--to", str(file))

    assert (ended.status, ended.out) == (0, "")
    assert ended.err.startswith(f"{file}: 6 Services, 1 IPAddressPool and ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["kind"] == "Snapshot"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".cluster")] == []


def test_stdout_and_the_same_bytes(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    ask(*lab.words("snapshot"), "--to", str(file))
    printed = lab.program("snapshot", "-f", str(file))
    packed = [tmp_path / name for name in ("a.json.gz", "b.json.gz")]
    for one in packed:
        ask("snapshot", "-f", str(file), "--to", str(one))

    assert (printed.status, printed.err) == (0, "")
    assert printed.document["items"] == json.loads(file.read_text())["items"]
    assert packed[0].read_bytes() == packed[1].read_bytes()
    chosen = lab.program("snapshot", "-f", str(file), "--query", "items[?kind=='Node'].metadata.name").out
    assert json.loads(chosen) == ["n1"]


def test_a_file_that_cannot_be_written(lab: Lab, tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere" / "x.json", tmp_path / "folder.json"):
        (tmp_path / "folder.json").mkdir(exist_ok=True)
        refused(lab("snapshot", "--to", str(place)), 3, str(place), "cannot be written")
    assert list((tmp_path / "folder.json").iterdir()) == []


def test_flags_that_cannot_both_be_meant(lab: Lab) -> None:
    refused(lab("snapshot", "--to", "x.yaml"), 2, ".json.gz")
    refused(lab("snapshot", "--to", "x.json", "-o", "yaml"), 2, "-o")
    refused(lab("snapshot", "--to", "x.json", "--query", "items"), 2, "--query")


def test_nothing_of_the_originals_is_printed_either(tmp_path: Path) -> None:
    """Neither by the notes, which quote what they leave out, nor for the sake of flags."""
    marks = Marks()
    file = tmp_path / "cluster.json"
    items = [marks.marked(body) for body in full_bodies()]
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    flags = ("--lb-class", marks.mark(), "--metallb-namespace", marks.mark())

    text = ask("snapshot", "-f", str(file), "--redact", *flags).text

    assert "SIP903" in text
    assert marks.found_in(text) == []


# What is no snapshot that can be read


def written(folder: Path, change: dict[str, Any]) -> str:
    source: Json = dict.fromkeys(("context", "server", "takenAt", "kubernetes"))
    body: Json = {
        "apiVersion": "sharedip/v1",
        "kind": "Snapshot",
        "source": {**source, "files": [], "metallb": [], "notRead": []},
        "clusterUID": None,
        "redacted": False,
        "read": ["services"],
        "items": [],
        "elections": {},
        "applied": [],
        "notes": [],
    }
    file = folder / "snapshot.json"
    file.write_text(json.dumps(body | change))
    return str(file)


def test_a_snapshot_without_any_object_is_a_cluster_without_any(program: Program, tmp_path: Path) -> None:
    ended = program("ls", "-f", written(tmp_path, {}))

    assert (ended.status, ended.out) == (0, "")
    assert "No LoadBalancer Services found" in ended.err


@pytest.mark.parametrize(
    ("change", "said_"),
    [
        ({"apiVersion": "sharedip/v2"}, "in the form sharedip/v2"),
        ({"items": None}, "items is not a list"),
        ({"items": [{"kind": "Service"}]}, "items[0]"),
        ({"read": [7]}, "read"),
        ({"source": "here"}, "source is not an object"),
        ({"source": {"notRead": [{"resource": "nodes", "reason": "asleep"}]}}, "source.notRead[0]"),
        ({"elections": {"192.0.2.1": "n1"}}, "192.0.2.1"),
        ({"clusterUID": 7}, "clusterUID"),
        ({"applied": {}}, "applied is not a list"),
        ({"applied": ["web"]}, "applied[0] is not an object"),
        ({"applied": [{"namespace": "shop", "name": "web", "fields": ["spec"]}]}, "applied[0].fields"),
    ],
)
def test_another_form_or_a_damaged_one(program: Program, tmp_path: Path, change: Json, said_: str) -> None:
    refused(program("why", "-f", written(tmp_path, change)), 3, said_, "snapshot.json")


def test_a_damaged_file_and_a_second_snapshot(program: Program, tmp_path: Path) -> None:
    whole = written(tmp_path, {})
    packed = gzip.compress(Path(whole).read_bytes())
    cut, spoilt = tmp_path / "cut.json.gz", tmp_path / "spoilt.json.gz"
    cut.write_bytes(packed[:-30])
    spoilt.write_bytes(packed[:40] + b"\0\0\0\0" + packed[44:])

    for file in (cut, spoilt):
        refused(program("ls", "-f", str(file)), 3, str(file))
    refused(program("ls", "-f", whole, "-f", whole), 3, "second snapshot")


def test_manifests_beside_a_snapshot_are_laid_over_it(lab: Lab, taken: Path, tmp_path: Path) -> None:
    new = service("new", port=9000, loadBalancerIP="192.0.2.13")
    del new["spec"]["clusterIPs"]
    manifest = tmp_path / "new.yaml"
    manifest.write_text(json.dumps(new))

    document = ask("ls", "-f", str(taken), "-f", str(manifest), "-o", "json").document

    assert [s["name"] for i in document["items"] for s in i["services"] if i["address"] == "192.0.2.13"] == [
        "new"
    ]
