"""check on a cluster: manifests laid over it, and the cluster as it is."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.cli import main
from tests.command_line.checking import POOL, Json, check, codes, finding, item, manifest, notes, written
from tests.command_line.lab import KEY, PINNED, SHARED, objects, service
from tests.command_line.program import Ended, Program, refused
from tests.diagnose_room.program import ask
from tests.fakeapi import FakeApi

METALLB = "metallb-system"
FREE = "192.0.2.10"


class Lab:
    """The fake cluster of lab.py, all of it applied, advertised and with pods; ``folder`` for files."""

    def __init__(self, api: FakeApi, folder: Path) -> None:
        self.api = api
        self.folder = folder
        for body in objects():
            if body["kind"] == "Service":
                body["metadata"]["uid"] = f"uid-{body['metadata']['name']}"
                body["spec"]["selector"] = {"app": body["metadata"]["name"]}
            api.put(body)
        api.put(
            {
                "apiVersion": "metallb.io/v1beta1",
                "kind": "L2Advertisement",
                "metadata": {"namespace": METALLB, "name": "all"},
                "spec": {},
            }
        )
        ready = [{"type": "Ready", "status": "True"}]
        api.put(
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "status": {"conditions": ready}}
        )
        labels = {"app": "metallb", "component": "speaker"}
        api.put(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"namespace": METALLB, "name": "speaker-x", "labels": labels},
                "spec": {"nodeName": "n", "containers": [{"name": "speaker"}]},
                "status": {"phase": "Running", "conditions": ready},
            }
        )
        for name in ("dns-tcp", "dns-udp"):
            self.endpoints("shop", name)
        self.endpoints("bank", "vault")
        self.kubeconfig = api.kubeconfig(folder / "config", namespace="shop", context="lab")

    def endpoints(self, namespace: str, name: str, *, ready: bool = True) -> None:
        """The EndpointSlice of a Service with one pod."""
        self.api.put(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "namespace": namespace,
                    "name": f"{name}-1",
                    "labels": {"kubernetes.io/service-name": name},
                },
                "addressType": "IPv4",
                "ports": [{"name": "", "port": 80, "protocol": "TCP"}],
                "endpoints": [
                    {"addresses": ["10.0.0.1"], "nodeName": "n", "conditions": {"ready": ready}},
                ],
            }
        )

    def snapshot(self, file: Path) -> None:
        """The cluster, recorded."""
        assert main._run(["snapshot", "--to", str(file), "--kubeconfig", self.kubeconfig]) == 0

    def __call__(self, *words: str) -> Ended:
        """How check ends on this cluster."""
        return check(*words, "--kubeconfig", self.kubeconfig)

    def over_recorded(self, file: Path, *texts: str) -> Ended:
        """The same over what was recorded of the cluster."""
        return check(
            "-f", str(file), "-f", written(self.folder, "m.yaml", *texts), "-n", "shop", "-o", "json"
        )

    def over(self, *texts: str, words: tuple[str, ...] = ()) -> Ended:
        """How check -f of these manifests ends, as JSON."""
        return self("-f", written(self.folder, "m.yaml", *texts), "-o", "json", *words)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    with FakeApi() as api:
        yield Lab(api, tmp_path)


def test_a_new_service_joins_the_live_ones(lab: Lab) -> None:
    ended = lab.over(manifest("dns-tls", "853", annotations={KEY: "dns", PINNED: SHARED}))

    document = ended.document
    assert ended.status == 0
    (new,) = document["items"]
    assert new["predicted"] == {"state": "Assigned", "addresses": [[SHARED]]}
    assert (new["disturbs"], codes(new)) == ([], [])
    assert document["source"]["context"] == "lab"
    assert document["source"]["files"]
    assert document["source"]["takenAt"]


def test_a_clash_with_what_is_live_is_listed_beside_one_with_another_file(lab: Lab) -> None:
    shared = {KEY: "dns", PINNED: SHARED}
    ended = lab.over(
        manifest("web", "443", annotations=shared), manifest("greedy", "443", "53/UDP", annotations=shared)
    )

    taken = finding(item(ended.document, "greedy"), "SIP206")
    assert ended.status == 1
    assert "443/TCP by shop/web" in taken["message"]
    assert "53/UDP by shop/dns-udp" in taken["message"]


def test_who_costs_a_live_service_its_address(lab: Lab) -> None:
    """Another key on dns-tcp: it leaves the shared address, and takes the lowest free one."""
    ended = lab.over(manifest("dns-tcp", "53", annotations={KEY: "mine"}))

    (changed,) = ended.document["items"]
    assert changed["predicted"] == {"state": "Assigned", "addresses": [[FREE]]}
    assert changed["disturbs"] == [{"namespace": "shop", "name": "dns-tcp"}]
    moved = finding(changed, "SIP510")
    assert (moved["severity"], moved["certain"]) == ("warning", True)
    assert SHARED in moved["message"]
    assert FREE in moved["message"]
    assert ended.status == 0


def test_a_move_that_is_asked_for_is_no_news(lab: Lab) -> None:
    ended = lab.over(manifest("dns-tcp", "53", annotations={KEY: "mine", PINNED: "192.0.2.13"}))

    (changed,) = ended.document["items"]
    assert changed["predicted"]["addresses"] == [["192.0.2.13"]]
    assert changed["disturbs"] == [{"namespace": "shop", "name": "dns-tcp"}]
    assert "SIP510" not in codes(changed)


def test_fields_that_a_manifest_does_not_name_stay(lab: Lab) -> None:
    """Ports are merged by number and protocol, annotations by key; a live field asks for the address."""
    live = service("pinned", "192.0.2.13", port=80, annotations={KEY: "pins"}, loadBalancerIP="192.0.2.13")
    live["metadata"]["uid"] = "uid-pinned"
    lab.api.put(live)
    ended = lab.over(
        manifest("pinned", "81"),
        manifest("guest", "80", annotations={KEY: "pins", PINNED: "192.0.2.13"}),
        manifest("other", "81/UDP", annotations={KEY: "pins", PINNED: "192.0.2.13"}),
    )

    document = ended.document
    assert item(document, "pinned")["predicted"]["addresses"] == [["192.0.2.13"]]
    assert "80/TCP by shop/pinned" in finding(item(document, "guest"), "SIP206")["message"]
    assert item(document, "other")["predicted"]["state"] == "Assigned"


@pytest.mark.parametrize("how", ["last-applied", "managed"])
def test_what_is_left_out_of_a_manifest_is_taken_away(lab: Lab, how: str, tmp_path: Path) -> None:
    """The key and the second port were applied before, and the manifest has them no more."""
    live = service("old", "192.0.2.13", port=80, annotations={KEY: "pins", "their/note": "x"})
    live["metadata"]["uid"] = "uid-old"
    live["spec"]["ports"].append({"port": 81, "protocol": "TCP"})
    if how == "last-applied":
        before = {"metadata": {"annotations": {KEY: "pins"}}, "spec": {"ports": [{"port": 80}, {"port": 81}]}}
        live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps(
            before
        )
    else:
        ports: Json = {f'k:{{"port":{port},"protocol":"TCP"}}': {".": {}, "f:port": {}} for port in (80, 81)}
        fields = {"f:metadata": {"f:annotations": {f"f:{KEY}": {}}}, "f:spec": {"f:ports": ports}}
        live["metadata"]["managedFields"] = [
            {"manager": "kubectl", "operation": "Apply", "fieldsV1": fields},
            {
                "manager": "them",
                "operation": "Update",
                "fieldsV1": {"f:metadata": {"f:annotations": {"f:their/note": {}}}},
            },
        ]
    lab.api.put(live)
    taken, renamed = tmp_path / "cluster.json.gz", tmp_path / "renamed.json"
    lab.snapshot(taken)
    guest = {PINNED: "192.0.2.13", KEY: "pins"}

    alone = (manifest("old", "80"), manifest("guest", "81", annotations=guest))
    kept = (manifest("old", "80", annotations={KEY: "pins"}), manifest("guest", "81", annotations=guest))

    for over in (lab.over, partial(lab.over_recorded, taken)):
        assert "SIP202" in codes(item(over(*alone).document, "guest"))
        ended = over(*kept).document
        assert item(ended, "guest")["predicted"]["addresses"] == [["192.0.2.13"]]
        assert "older version" not in str(notes(ended))
    whole = gzip.decompress(taken.read_bytes()).decode()
    assert '"last-applied' not in whole and "fieldsV1" not in whole and "their/note" not in whole
    assert ask("snapshot", "-f", str(taken), "--redact", "--to", str(renamed)).status == 0
    (fields,) = json.loads(renamed.read_text())["applied"]
    assert ["metadata", "annotations", KEY] in fields["fields"] and fields["name"] != "old"


def test_a_selector_is_taken_as_it_is_written(lab: Lab) -> None:
    """Under Local the selectors of sharers must be equal: what was merged would not be."""
    for name, protocol in (("dns-tcp", "TCP"), ("dns-udp", "UDP")):
        body = service(name, SHARED, port=53, protocol=protocol, annotations={KEY: "dns"})
        body["metadata"]["uid"] = f"uid-{name}"
        body["spec"] |= {"externalTrafficPolicy": "Local", "selector": {"app": "dns", "old": "yes"}}
        lab.api.put(body)
    both = [
        manifest(
            f"dns-{kind}",
            f"53/{kind.upper()}",
            annotations={KEY: "dns", PINNED: SHARED},
            selector="{app: dns}",
        )
        for kind in ("tcp", "udp")
    ]

    document = lab.over(*both).document

    predicted = [one["predicted"]["addresses"] for one in document["items"]]
    assert predicted == [[[SHARED]], [[SHARED]]]


def test_what_changes_nothing_is_not_looked_at(lab: Lab) -> None:
    """dot waits for an address; a manifest that is what it is already brings no look at it."""
    ended = lab.over(manifest("dns-tcp", "53", annotations={KEY: "dns"}))

    (same,) = ended.document["items"]
    assert same["predicted"]["addresses"] == [[SHARED]]
    assert (same["disturbs"], ended.status) == ([], 0)


def test_a_service_of_another_type_is_known_too(lab: Lab) -> None:
    document = lab.over(manifest("plain", "80", selector="{app: plain}")).document

    (plain,) = document["items"]
    assert plain["predicted"]["state"] == "Assigned"
    # It is live and its selector stays, so that it has no pods is worth a word.
    assert "SIP604" in codes(plain)


def test_pods_matter_only_where_the_selector_stays(lab: Lab) -> None:
    lab.endpoints("shop", "dns-udp", ready=False)

    kept = lab.over(manifest("dns-udp", "53/UDP", annotations={"x": "y"}))
    repointed = lab.over(manifest("dns-udp", "53/UDP", selector="{app: better}"))
    new = lab.over(manifest("fresh", "82"))

    assert "SIP604" in codes(item(kept.document, "dns-udp"))
    assert kept.status == 1
    for ended in (repointed, new):
        (one,) = ended.document["items"]
        assert not {"SIP209", "SIP603", "SIP604"} & set(codes(one))
        assert ended.status == 0


def test_an_address_that_nobody_announces_is_told_of_a_new_service(lab: Lab) -> None:
    lab.api.delete("l2advertisements", METALLB, "all")

    (new,) = lab.over(manifest("fresh", "82")).document["items"]

    assert "SIP601" in codes(new)


def test_only_the_files_and_those_they_disturb_decide_the_exit_status(lab: Lab) -> None:
    """dot is Pending and broken all the time, and none of the files' business."""
    fine = lab.over(manifest("fresh", "82"))

    assert (fine.status, [one["name"] for one in fine.document["items"]]) == (0, ["fresh"])


def test_a_disturbed_live_service_is_told_and_decides(lab: Lab) -> None:
    """The pool shrinks to one address, which is held: vault, in another namespace, loses its own."""
    pool = (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        "metadata: {name: lab, namespace: metallb-system}\nspec: {addresses: [192.0.2.12/32]}\n---\n"
    )
    ended = lab.over(pool, manifest("dns-tcp", "53", annotations={"x": "y"}))

    document = ended.document
    assert ended.status == 1
    vault = item(document, "vault")
    assert vault["predicted"] is None
    assert {"SIP307", "SIP510"} <= set(codes(vault))
    changed = item(document, "lab", "IPAddressPool")
    assert changed["disturbs"] == [{"namespace": "bank", "name": "vault"}]
    assert item(document, "dns-tcp")["disturbs"] == []


def test_the_pods_of_who_is_disturbed_and_of_who_is_beside_in_the_end_are_known(lab: Lab) -> None:
    """vault has to move, and it has pods; so have both dns, beside whom the new one comes to sit."""
    pool = (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        "metadata: {name: lab, namespace: metallb-system}\nspec: {addresses: [192.0.2.11-192.0.2.12]}\n---\n"
    )
    document = lab.over(pool, manifest("dns-tls", "853", annotations={KEY: "dns", PINNED: SHARED})).document

    vault = item(document, "vault")
    assert "SIP510" in codes(vault)
    assert not {"SIP603", "SIP604", "SIP307"} & set(codes(vault))
    asked = [one.query for one in lab.api.requests if "endpointslices" in one.path]
    assert all(name in str(asked) for name in ("dns-tcp", "dns-udp", "vault"))


def test_a_manifest_is_taken_for_the_namespace_of_the_context(lab: Lab) -> None:
    document = lab.over(manifest("fresh", "82", namespace="")).document

    assert item(document, "fresh")["namespace"] == "shop"
    assert any("metadata.namespace" in text and '"shop"' in text for text in notes(document))


def test_two_manifests_of_one_service_are_applied_one_after_the_other(lab: Lab) -> None:
    ended = lab.over(
        manifest("dns-tcp", "53", annotations={KEY: "mine"}),
        manifest("dns-tcp", "53", annotations={KEY: "dns"}),
    )

    (one,) = ended.document["items"]
    assert one["disturbs"] == [{"namespace": "shop", "name": "dns-tcp"}]
    assert any("twice" in text and "m.yaml:6" in text for text in notes(ended.document))


def test_the_class_of_a_live_service_stays(lab: Lab) -> None:
    document = lab.over(manifest("dns-tcp", "53", loadBalancerClass="example.com/other")).document

    (one,) = document["items"]
    assert one["predicted"]["addresses"] == [[SHARED]]
    assert any("loadBalancerClass" in text and "m.yaml:1" in text for text in notes(document))


def test_the_families_are_those_of_the_cluster(lab: Lab) -> None:
    lab.api.put(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "ServiceCIDR",
            "metadata": {"name": "kubernetes"},
            "spec": {"cidrs": ["10.96.0.0/12", "fd00:96::/108"]},
        }
    )
    lab.api.put(
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"namespace": METALLB, "name": "lab"},
            "spec": {"addresses": ["192.0.2.10-192.0.2.15", "2001:db8::10-2001:db8::15"]},
        }
    )
    document = lab.over(
        manifest("fresh", "82", ipFamilyPolicy="PreferDualStack"),
        manifest("dns-tcp", "53", ipFamilyPolicy="PreferDualStack"),
    ).document

    assert item(document, "fresh")["predicted"]["addresses"] == [[FREE, "2001:db8::10"]]
    assert item(document, "dns-tcp")["predicted"]["addresses"] == [[SHARED, "2001:db8::11"]]


def test_what_could_not_be_read_is_said(lab: Lab) -> None:
    lab.api.forbidden = {("services", None), ("servicecidrs", None)}

    document = lab.over(manifest("fresh", "82")).document

    assert {"services", "servicecidrs"} <= {gap["resource"] for gap in document["source"]["notRead"]}
    assert item(document, "fresh")["predicted"]["state"] == "Assigned"


def test_without_a_cluster_there_is_no_answer(tmp_path: Path, lab: Lab) -> None:
    file = written(tmp_path, "m.yaml", manifest("fresh"))

    refused(check("-f", file, "--kubeconfig", str(tmp_path / "none")), 3)


# The cluster as it is


def test_the_live_cluster_is_checked_in_scope(lab: Lab) -> None:
    ended = lab("-o", "json")

    document = ended.document
    assert ended.status == 1
    assert [one["name"] for one in document["items"]] == ["dns-tcp", "dns-udp", "dot"]
    assert item(document, "dot")["predicted"] == {"state": "Pending", "addresses": []}
    assert finding(item(document, "dot"), "SIP201")["decisive"]
    assert "SIP804" in codes(item(document, "dns-tcp"))
    everywhere = lab("-A", "-o", "json").document
    assert "vault" in [one["name"] for one in everywhere["items"]]


def test_what_is_wrong_with_the_cluster_is_told_whatever_the_scope(lab: Lab) -> None:
    """A pool that nobody reads, and one that is nearly full; of the Services in it nobody repeats that."""
    lab.api.put(
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"namespace": "shop", "name": "stray"},
            "spec": {"addresses": ["198.51.100.1/32"]},
        }
    )
    for number in (0, 1, 3):
        lab.api.put(service(f"more-{number}", f"192.0.2.1{number}", namespace="bank", port=90))

    document = lab("-o", "json").document

    pools = {one["name"]: codes(one) for one in document["items"] if one["kind"] == "IPAddressPool"}
    assert pools == {"lab": ["SIP310"], "stray": ["SIP311"]}
    assert all(one["predicted"] is None for one in document["items"] if one["kind"] == "IPAddressPool")
    services = [one for one in document["items"] if one["kind"] == "Service"]
    assert not any({"SIP310", "SIP311"} & set(codes(one)) for one in services)
    assert {one["namespace"] for one in services} == {"shop"}


def test_a_cluster_without_metallb(lab: Lab) -> None:
    lab.api.delete("deployments", METALLB, "controller")
    lab.api.absent = {"ipaddresspools"}

    document = lab("-o", "json").document

    (metallb,) = [one for one in document["items"] if one["kind"] == "Deployment"]
    assert codes(metallb) == ["SIP402"]


def test_the_table_groups_by_cause_with_the_worst_first(lab: Lab) -> None:
    for number in range(5):
        lab.api.put(service(f"late-{number}", port=70 + number, loadBalancerIP="203.0.113.1"))

    ended = lab("-A")

    header, *rows = ended.out.splitlines()
    assert header.split() == ["SEVERITY", "CODE", "OBJECT", "FINDING"]
    severities = [row.split()[0] for row in rows]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    first = rows[0]
    assert "SIP105" in first
    assert "shop/late-0, shop/late-1, shop/late-2 and 2 more" in first
    assert len([row for row in rows if "SIP105" in row]) == 1
    wide = lab("-A", "-o", "wide").out
    assert len([row for row in wide.splitlines() if "SIP105" in row]) == 5


def test_events_are_part_of_what_is_checked(lab: Lab) -> None:
    lab.api.put(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"namespace": "shop", "name": "dot.1"},
            "involvedObject": {"kind": "Service", "namespace": "shop", "name": "dot", "uid": "uid-dot"},
            "source": {"component": "metallb-controller"},
            "reason": "IPAllocated",
            "type": "Normal",
            "message": 'Assigned IP ["192.0.2.13"]',
            "lastTimestamp": "2026-01-01T00:00:00Z",
        }
    )

    assert "SIP502" in codes(item(lab("-o", "json").document, "dot"))


def test_an_annotation_on_a_pool_ignores_what_is_told_of_the_pool(lab: Lab) -> None:
    for number in (0, 1, 3):
        lab.api.put(service(f"more-{number}", f"192.0.2.1{number}", namespace="bank", port=90))
    before: Json = lab("-o", "json").document
    pool: dict[str, Any] = lab.api.get("ipaddresspools", METALLB, "lab")
    pool["metadata"]["annotations"] = {"sharedip/ignore": "SIP310"}
    lab.api.put(pool)

    after = lab("-o", "json").document

    assert [codes(one) for one in before["items"] if one["kind"] == "IPAddressPool"] == [["SIP310"]]
    assert [codes(one) for one in after["items"] if one["kind"] == "IPAddressPool"] == [[]]
    assert after["summary"]["ignored"] == 1


def test_metallb_that_does_not_run_is_told_of_manifests_and_counts_for_none(lab: Lab) -> None:
    down: dict[str, Any] = lab.api.get("deployments", METALLB, "controller")
    down["status"] = {"availableReplicas": 0}
    lab.api.put(down)

    ended = lab.over(manifest("fresh", "82"))

    assert codes(item(ended.document, "controller", "Deployment")) == ["SIP403"]
    assert ended.status == 0
    assert lab("-o", "json").status == 1


def test_an_empty_scope_says_what_lies_outside(lab: Lab) -> None:
    ended = lab("-n", "nowhere")

    assert (ended.status, ended.out) == (0, "")
    assert "4 in other namespaces: -A" in ended.err


def test_what_labels_leave_out_is_not_said_to_lie_outside(lab: Lab) -> None:
    ended = lab("-l", "app=nothing")

    assert (ended.status, ended.out) == (0, "")
    assert "-l leaves out 3 LoadBalancer Services of the scope, 1 of them Pending." in ended.err
    assert "other namespaces" not in ended.err


def test_a_snapshot_is_checked_as_the_cluster_that_it_is() -> None:
    snapshot = Path(__file__).parents[1] / "cases" / "SIP508" / "input.yaml"

    ended = check("-f", str(snapshot), "-o", "json")

    assert {one["name"]: codes(one) for one in ended.document["items"]}["odd"] == ["SIP508"]
    assert ended.status == 0


@pytest.fixture
def recorded(lab: Lab, tmp_path: Path) -> str:
    """The lab, of IPv6 first, as a file."""
    cidrs = {"cidrs": ["fd00:96::/108", "10.96.0.0/12"]}
    body = {"kind": "ServiceCIDR", "metadata": {"name": "kubernetes"}, "spec": cidrs}
    lab.api.put({"apiVersion": "networking.k8s.io/v1", **body})
    file = tmp_path / "cluster.json.gz"
    lab.snapshot(file)
    return str(file)


def test_manifests_are_laid_over_a_recorded_cluster_as_over_the_live_one(
    lab: Lab, recorded: str, tmp_path: Path
) -> None:
    thief = manifest("dns-tcp", "9053", annotations={KEY: "other", PINNED: SHARED})
    new = manifest("new", namespace="")
    joins = manifest("joins", "854", annotations={KEY: "dns", PINNED: SHARED}, ipFamilies="[IPv4]")
    file = written(tmp_path, "a.yaml", thief, new, joins)

    live = lab("-f", file, "-n", "shop", "-o", "json")
    again = check("-f", recorded, "-f", file, "-n", "shop", "-o", "json")
    alone = check("--offline", "-f", recorded, "-f", file, "-n", "shop", "-o", "json")

    assert again.status == live.status == 1
    assert item(live.document, "new")["predicted"]["state"] == "Pending", "the cluster gives it IPv6"
    assert item(live.document, "joins")["predicted"] == {"state": "Assigned", "addresses": [[SHARED]]}
    assert _without_commands(again.document["items"]) == _without_commands(live.document["items"])
    assert alone.document["items"] == again.document["items"], "no cluster is asked in any case"
    for name in ("context", "server", "kubernetes", "metallb", "notRead"):
        assert again.document["source"][name] == live.document["source"][name]
    assert again.document["source"]["files"] == [recorded, file]
    assert notes(again.document) == notes(live.document)


def _without_commands(items: list[Json]) -> list[Json]:
    """With the remedies' sentences; their commands name where the cluster is."""
    text = json.dumps(items)
    found: list[Json] = json.loads(re.sub(r'"command": "(\\\\.|[^"\\\\])*"', '"command": ""', text))
    return found


def test_an_older_snapshot_does_not_tell_what_was_applied(recorded: str, tmp_path: Path) -> None:
    document = json.loads(gzip.decompress(Path(recorded).read_bytes()))
    del document["applied"]
    older = tmp_path / "older.json"
    older.write_text(json.dumps(document))
    file = written(tmp_path, "a.yaml", manifest("dns-tcp", "9053", annotations={KEY: "other"}))

    (limit,) = [
        note for note in notes(check("-f", str(older), "-f", file, "-o", "json").document) if "older" in note
    ]

    assert "fields that an earlier apply had set" in limit


def test_who_may_list_services_and_get_none_has_an_answer_too(lab: Lab) -> None:
    lab.api.forbidden = {("services", "get *")}
    document = lab.over(manifest("dns-tcp", "9053", annotations={KEY: "other"})).document

    assert item(document, "dns-tcp")["predicted"]["state"] == "Assigned"
    (limit,) = [note for note in notes(document) if "one by one" in note]
    assert "fields that an earlier apply had set" in limit


def test_a_recorded_cluster_beside_what_is_bad(recorded: str, program: Program, tmp_path: Path) -> None:
    whole = Path(recorded).read_bytes()
    second = tmp_path / "second.json.gz"
    second.write_bytes(whole)
    bad = written(tmp_path / "bad", "a.yaml", manifest("web"), "kind: [\n")
    (tmp_path / "empty").mkdir()
    words = ("check", "-f", recorded, "-o", "name", "-f")

    refused(program(*words, str(second)), 3, "second.json.gz are snapshots")
    refused(program(*words, str(tmp_path / "empty")), 3, "the folder has no file")
    part = program(*words, bad)
    assert part.status == 3
    assert part.out == "service/web\n"
    assert f"{bad}:" in part.err
    read_once = program("check", "-f", "-", "-o", "name", stdin=gzip.decompress(whole).decode())
    assert "service/dot" in read_once.out


def test_remedies_are_those_of_why(lab: Lab, recorded: str, program: Program) -> None:
    told = program("check", "-f", recorded, "-o", "json").document
    why = program("why", "-f", recorded, "dot", "dns-tcp", "-o", "json").document

    for one in why["items"]:
        ours = item(told, one["name"])["findings"]
        assert [f for f in ours if not f["code"].startswith("SIP8")] == one["findings"]
    (first, *_) = item(told, "dot")["findings"]
    assert first["remedies"][0]["command"].startswith(f"kubectl sharedip fix dot -n shop -f {recorded}")


def _commands(ended: Ended, name: str) -> list[str]:
    told = [one for found in item(ended.document, name)["findings"] for one in found["remedies"]]
    return [str(one["command"]) for one in told]


def test_remedies_over_a_live_cluster_are_for_when_it_is_applied(lab: Lab, tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", manifest("late", "853", annotations={PINNED: SHARED}))

    first, *_ = _commands(lab("-f", file, "-o", "json"), "late")

    assert first == f"kubectl sharedip fix late -n shop --kubeconfig {lab.kubeconfig}"


def test_remedies_of_the_files_alone_name_the_files(tmp_path: Path) -> None:
    holder = manifest("holds", "53", annotations={PINNED: FREE, KEY: "k"})
    file = written(tmp_path, "a.yaml", POOL, holder, manifest("late", "853", annotations={PINNED: FREE}))

    first, *_ = _commands(check("--offline", "-f", file, "-o", "json"), "late")

    assert first == f"kubectl sharedip fix late -n shop -f {file}"


def test_the_exit_status_is_the_same_in_every_form(lab: Lab) -> None:
    """Who would undo an edit is told beside the remedy, and stands in documents alone."""
    lab.api.delete("services", "shop", "dot")
    body = lab.api.get("services", "shop", "dns-tcp")
    body["metadata"]["annotations"] = {"metallb.universe.tf/allow-shared-ip": "dns"}
    body["metadata"]["ownerReferences"] = [
        {"apiVersion": "example.com/v1", "kind": "Kafka", "name": "k", "controller": True, "uid": "u"}
    ]
    lab.api.put(body)

    ended = lab("-A", "-o", "json", "--fail-on", "warning", "--ignore", "SIP208,SIP804")
    table = lab("-A", "--fail-on", "warning", "--ignore", "SIP208,SIP804")

    assert "SIP702" in codes(item(ended.document, "dns-tcp"))
    assert "SIP702" not in table.out
    assert ended.status == table.status


def test_of_a_crowd_on_one_address_the_first_few_are_named(lab: Lab) -> None:
    """Each is told of all the others, which would be the square of their number."""
    for number in range(8):
        name = f"crowd-{number}"
        body = service(
            name,
            FREE,
            port=9000 + number,
            annotations={KEY: "crowd"},
            externalTrafficPolicy="Local",
            selector={"app": "crowd"},
        )
        body["metadata"]["uid"] = name
        lab.api.put(body)
        lab.endpoints("shop", name)
        slice_ = lab.api.get("endpointslices", "shop", f"{name}-1")
        slice_["endpoints"][0]["addresses"] = [f"10.0.0.{number}"]
        lab.api.put(slice_)

    found = finding(item(lab("-o", "json").document, "crowd-3"), "SIP209")

    told = "shop/crowd-0, shop/crowd-1, shop/crowd-2, shop/crowd-4, shop/crowd-5, 2 more, and not every"
    assert told in found["message"]
    assert "3 more): traffic" in found["message"], "of eight ports five are told"
    named = {one["name"] for one in found["objects"] if one["kind"] == "Service"}
    assert named == {f"crowd-{number}" for number in range(6)}


def test_without_rights_on_the_pools_nothing_is_foretold(lab: Lab, tmp_path: Path) -> None:
    """Not that new Services wait, and not that changed ones lose their address: nobody can tell."""
    manifests = written(tmp_path, "a.yaml", manifest("web"), manifest("dns-tcp", "54"), POOL)
    lab.api.forbidden = {("ipaddresspools", "*"), ("ipaddresspools", None)}

    ended = lab("-f", manifests, "-o", "json")
    table = lab("-f", manifests)

    for name in ("web", "dns-tcp"):
        told = item(ended.document, name)
        assert (told["predicted"], told["disturbs"], codes(told)) == (None, [], []), told
    assert [line.split()[1] for line in table.out.splitlines() if line.startswith("shop/")] == ["unknown"] * 2
    assert "SIP901" in table.err


def test_who_has_an_address_has_it_also_where_the_pools_may_not_be_read(lab: Lab) -> None:
    lab.api.forbidden = {("ipaddresspools", "*"), ("ipaddresspools", None)}

    document = lab("-o", "json").document

    assert item(document, "dns-tcp")["predicted"] == {"state": "Assigned", "addresses": [[SHARED]]}
    assert item(document, "dot")["predicted"] == {"state": "Pending", "addresses": []}
