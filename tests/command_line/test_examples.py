"""The examples that ship, seen by the real program: as manifests, and as a real cluster shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.command_line.program import EXAMPLES, Program
from tests.command_line.schema import broken_promises

FOLDERS = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())
FORMS = ("apply", "cluster.yaml")
each_form = pytest.mark.parametrize("form", FORMS)
PENDING = {
    "classic-conflict": ("service-b", "SIP206", ["service-a"]),
    "full-pool": ("second", "SIP307", []),
    "keyless-holder": ("mail-imaps", "SIP202", ["mail-smtp"]),
    "keyless-requester": ("dot", "SIP201", ["dns-tcp", "dns-udp"]),
    "local-and-cluster": ("dns-udp", "SIP204", ["dns-tcp"]),
}


SAMPLE = """
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lab, namespace: metallb-system}
spec: {addresses: [192.168.1.200-192.168.1.210]}
---
apiVersion: v1
kind: Service
metadata: {name: dns-tcp, namespace: default, annotations: {metallb.io/allow-shared-ip: dns}}
spec: {type: LoadBalancer, loadBalancerIP: 192.168.1.205, ports: [{port: 53}]}
---
apiVersion: v1
kind: Service
metadata: {name: dns-udp, namespace: default, annotations: {metallb.io/allow-shared-ip: dns}}
spec: {type: LoadBalancer, loadBalancerIP: 192.168.1.205, ports: [{port: 53, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, loadBalancerIP: 192.168.1.206, ports: [{port: 443}]}
---
apiVersion: v1
kind: Service
metadata: {name: dot, namespace: default}
spec: {type: LoadBalancer, loadBalancerIP: 192.168.1.205, ports: [{port: 853}]}
"""


def path(example: str, form: str) -> str:
    return str(EXAMPLES / example / form)


def test_every_example_is_tried() -> None:
    assert set(FOLDERS) == {*PENDING, "classic"}


@each_form
def test_the_classic_cluster_shares_as_the_readme_says(program: Program, form: str) -> None:
    ended = program("ls", "-f", path("classic", form), "-o", "json")

    document = ended.document
    assert (ended.status, ended.err, broken_promises(document)) == (0, "", [])
    groups = {tuple(s["name"] for s in item["services"]): item for item in document["items"]}
    assert set(groups) == {
        ("web-http", "web-https"),
        ("api-gateway", "monitoring-dashboard"),
        ("service-a",),
        ("service-b",),
        ("dns-tcp", "dns-udp"),
    }
    assert groups["dns-tcp", "dns-udp"]["address"] == "192.168.1.205"
    assert groups["dns-tcp", "dns-udp"]["keys"] == ["dns-services"]
    assert groups["web-http", "web-https"]["shared"] is True
    assert groups["service-a",]["shared"] is False
    assert {item["pool"] for item in document["items"]} == {"default"}
    assert (document["pending"], document["notHandled"]) == ([], [])


@each_form
def test_nothing_of_the_classic_cluster_is_pending(program: Program, form: str) -> None:
    ended = program("why", "-f", path("classic", form))

    assert (ended.status, ended.out) == (0, "")
    assert "Nothing is Pending." in ended.err


@each_form
@pytest.mark.parametrize("example", PENDING)
def test_the_pending_one_is_named_with_its_reason(program: Program, example: str, form: str) -> None:
    name, code, holders = PENDING[example]
    listed = program("ls", "-f", path(example, form), "--pending", "-o", "json").document
    told = program("why", f"svc/{name}", "-f", path(example, form), "-o", "json").document

    assert broken_promises(listed) == broken_promises(told) == []
    assert listed["items"] == []
    (waiting,) = listed["pending"]
    assert (waiting["name"], waiting["reason"]["code"]) == (name, code)
    assert [holder["name"] for holder in waiting["reason"]["holders"]] == holders
    (item,) = told["items"]
    assert item["state"] == ("Predicted" if form == "apply" else "Pending")
    assert [finding["code"] for finding in item["findings"] if finding["decisive"]] == [code]
    assert _fields(item["proof"]) >= {"spec.loadBalancerIP"} or example == "full-pool"
    # MetalLB's event is evidence: the rules, asked without it, come to its very words.
    failed = [event["agrees"] for event in item["events"] if event["reason"] == "AllocationFailed"]
    assert failed == ([] if form == "apply" else [True] * len(failed))
    assert bool(failed) == (form != "apply")


@each_form
@pytest.mark.parametrize(
    ("example", "leave", "after"),
    [
        ("classic-conflict", ["--allow", "unpin"], "192.168.1.203"),
        ("classic-conflict", ["--allow", "others,moves"], "192.168.1.202"),
        ("full-pool", ["--share-with", "first"], "192.168.1.200"),
        ("keyless-holder", ["--allow", "others"], "192.168.1.203"),
        ("keyless-holder", ["--allow", "unpin"], "192.168.1.200"),
        ("keyless-requester", [], "192.168.1.205"),
        ("local-and-cluster", ["--allow", "policy,others"], "192.168.1.200"),
        ("local-and-cluster", ["--allow", "unpin"], "192.168.1.201"),
    ],
)
def test_a_plan_gives_what_it_says_under_its_leave(
    program: Program, example: str, leave: list[str], after: str, form: str
) -> None:
    name, _, _ = PENDING[example]
    ended = program("fix", name, "-f", path(example, form), "--dry-run=client", *leave, "-o", "json")

    document = ended.document
    assert (ended.status, broken_promises(document)) == (0, [])
    gets = [effect for effect in document["effects"] if effect["name"] == name]
    assert [(effect["before"], effect["after"]) for effect in gets] == [([], [[after]])]


def test_a_plan_is_shown_with_its_edits_and_what_comes_of_them(program: Program) -> None:
    ended = program("fix", "dot", "-f", path("keyless-requester", "apply"), "--dry-run=client")

    assert ended.status == 0
    plan, edits, outcome = (ended.out.index(w) for w in ("Plan for default/dot", "Edits", "What comes of it"))
    assert plan < edits < outcome
    assert 'metadata.annotations["metallb.universe.tf/allow-shared-ip"] = "dns-services"' in ended.out
    assert "192.168.1.205" in ended.out[outcome:]


@pytest.mark.parametrize(
    ("example", "needs"),
    [
        ("classic-conflict", ["unpin", "others,moves"]),
        ("full-pool", [None]),
        ("keyless-holder", ["others", "unpin"]),
        ("local-and-cluster", ["others,policy", "unpin"]),
    ],
)
def test_without_leave_every_way_is_listed_with_its_command(
    program: Program, example: str, needs: list[str | None]
) -> None:
    name, code, _ = PENDING[example]
    file = path(example, "apply")
    ended = program("fix", name, "-f", file)

    start = f"kubectl sharedip fix {name} -n default -f {file} "
    leave = [f"--allow {need}" if need else "--share-with first" for need in needs]
    commands = [line.strip() for line in ended.out.splitlines() if line.strip().startswith("kubectl")]
    assert ended.status == 1
    assert "No plan" in ended.out
    assert code in ended.out
    assert commands == [start + one for one in leave]


def test_what_has_an_address_needs_no_fix(program: Program) -> None:
    ended = program("fix", "web-http", "-f", path("classic", "apply"), "-o", "json", "--yes")

    assert ended.status == 0
    assert ended.document["edits"] == []
    assert ended.document["items"][0]["feasible"] is True


def test_json_and_yaml_carry_the_same(program: Program) -> None:
    import yaml

    words = ["why", "-f", path("local-and-cluster", "apply"), "-o"]

    assert yaml.safe_load(program(*words, "yaml").out) == program(*words, "json").document


def test_the_same_input_gives_the_same_bytes(program: Program) -> None:
    file = path("classic-conflict", "cluster.yaml")
    for words in (["ls", "-o", "json"], ["fix", "service-b", "--dry-run=client", "-o", "yaml"]):
        assert program(*words, "-f", file) == program(*words, "-f", file)


def test_stdin_is_a_file_too(program: Program) -> None:
    text = (EXAMPLES / "full-pool" / "apply" / "manifests.yaml").read_text()

    ended = program("ls", "-f", "-", "-o", "json", stdin=text)

    assert [waiting["name"] for waiting in ended.document["pending"]] == ["second"]


def test_a_table_fits_80_columns_and_each_row_stands_alone(program: Program) -> None:
    manifests = program.home / "sample.yaml"
    manifests.write_text(SAMPLE)
    lines = program("ls", "-f", str(manifests), columns=80).out.splitlines()

    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["ADDRESS", "KEY", "SERVICE", "PORTS", "STATE"]
    assert [line.split()[:4] for line in lines[1:5]] == [
        ["192.168.1.205", "dns", "default/dns-tcp", "53/TCP"],
        ["192.168.1.205", "dns", "default/dns-udp", "53/UDP"],
        ["192.168.1.206", "-", "shop/web", "443/TCP"],
        ["<pending>", "-", "default/dot", "853/TCP"],
    ]
    assert all(line.startswith(" ") for line in lines[5:])


def test_pending_rows_come_last_with_code_and_holder(program: Program) -> None:
    rows = program("ls", "-f", path("keyless-holder", "apply"), "--no-headers").out.splitlines()

    assert [row.split()[0] for row in rows] == ["192.168.1.203", "<pending>"]
    assert "SIP202" in rows[1]
    assert "default/mail-smtp" in rows[1]


def test_wide_shows_policy_and_selector(program: Program) -> None:
    ended = program("ls", "-f", path("local-and-cluster", "apply"), "-o", "wide")

    row = next(line for line in ended.out.splitlines() if "default/dns-tcp" in line)
    assert "Local" in row
    assert "app=dns-tcp" in row


def test_text_tells_the_answer_first_then_its_proof_then_what_helps(program: Program) -> None:
    out = program("why", "dns-udp", "-f", path("local-and-cluster", "apply")).out

    assert out.startswith("default/dns-udp ")
    assert 0 < out.index("SIP204") < out.index("spec.externalTrafficPolicy") < out.index("What helps")
    assert "kubectl sharedip fix dns-udp -n default" in out


@pytest.mark.parametrize("example", ["full-pool", "local-and-cluster"])
def test_text_fits_80_columns_but_for_commands(program: Program, example: str) -> None:
    lines = program("why", "-f", path(example, "apply"), columns=80).out.splitlines()

    assert [line for line in lines if len(line) > 80 and not line.lstrip().startswith("kubectl ")] == []


def test_no_colour_where_nobody_looks(program: Program) -> None:
    plain = program("ls", "-f", path("full-pool", "apply"))
    painted = program("ls", "-f", path("full-pool", "apply"), "--color", "always")

    assert "\x1b" not in plain.out
    assert "\x1b[" in painted.out


def _fields(proof: dict[str, Any]) -> set[str]:
    """Every field that a proof rests on."""
    found = {fact["field"] for fact in proof.get("objects", ())}
    return found.union(*(_fields(premise) for premise in proof.get("from", ())))
