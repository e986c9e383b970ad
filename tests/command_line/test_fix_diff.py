"""``fix -f ... -o diff``: the plan for files as a diff that ``git apply`` takes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import yaml

from tests.command_line.program import Program, refused

KEY = "metallb.io/allow-shared-ip"
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lab, namespace: metallb-system}
spec: {addresses: [192.0.2.10-192.0.2.12]}
"""
HOLDER = """\
apiVersion: v1
kind: Service
metadata:
  name: tcp
  namespace: shop
  annotations:
    metallb.io/allow-shared-ip: dns
spec:
  type: LoadBalancer
  loadBalancerIP: 192.0.2.10
  ports: [{port: 53, protocol: TCP}]
"""
WAITS = """\
# the other half of the name server
apiVersion: v1
kind: Service
metadata:
  name: udp
  namespace: shop
spec:
  type: LoadBalancer
  loadBalancerIP: 192.0.2.10  # that of tcp
  ports: [{port: 53, protocol: UDP}]
"""
DIFF = """\
--- a/deploy/udp.yaml
+++ b/deploy/udp.yaml
@@ -4,6 +4,8 @@
 metadata:
   name: udp
   namespace: shop
+  annotations:
+    metallb.io/allow-shared-ip: dns
 spec:
   type: LoadBalancer
   loadBalancerIP: 192.0.2.10  # that of tcp
"""


def manifests(program: Program, waits: str = WAITS) -> Path:
    folder = program.home / "deploy"
    folder.mkdir()
    for name, text in (("pool.yaml", POOL), ("tcp.yaml", HOLDER), ("udp.yaml", waits)):
        (folder / name).write_text(text)
    return folder


def git(folder: Path, diff: str) -> None:
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff, text=True, check=True)


def test_the_diff_has_the_edit_alone_and_makes_the_plan_come_true(program: Program) -> None:
    manifests(program)

    ended = program("fix", "udp", "-f", "deploy", "-o", "diff")

    assert (ended.status, ended.out) == (0, DIFF)
    git(program.home, ended.out)
    after = program("why", "udp", "-f", "deploy", "-o", "json").document["items"][0]
    assert (after["addresses"], after["key"]) == (["192.0.2.10"], "dns")
    nothing = program("fix", "udp", "-f", "deploy", "-o", "diff")
    assert (nothing.status, nothing.out) == (0, "")
    assert "Nothing to do" in nothing.err


def test_a_file_elsewhere_names_the_folder_to_apply_it_in(program: Program) -> None:
    folder = manifests(program)
    (program.home / "here").mkdir()
    away = Program(home=program.home / "here", env=program.env)

    ended = away("fix", "udp", "-f", "../deploy", "-o", "diff")

    assert ended.out == DIFF.replace("deploy/", "")
    assert f"git -C {folder.resolve()} apply" in ended.err
    git(folder, ended.out)


def test_where_the_marks_do_not_suffice_the_edit_is_told_in_words(program: Program) -> None:
    anchors = WAITS.replace(
        "  namespace: shop\n", "  namespace: shop\n  labels: &l {a: b}\n  annotations: *l\n"
    )
    manifests(program, anchors)

    ended = program("fix", "udp", "-f", "deploy", "-o", "diff")

    assert (ended.status, ended.out) == (0, "")
    assert "deploy/udp.yaml:2: annotations is an anchor with aliases, or one of these" in ended.err
    assert f'  add metadata.annotations["{KEY}"] = "dns"' in ended.err


def test_stdin_is_told_in_words(program: Program) -> None:
    ended = program("fix", "udp", "-f", "-", "-o", "diff", stdin="---\n".join((POOL, HOLDER, WAITS)))

    assert (ended.status, ended.out) == (0, "")
    assert "it was read from stdin, so the diff leaves shop/udp out. By hand:" in ended.err


def test_json_stays_json(program: Program) -> None:
    folder = manifests(program)
    (folder / "udp.yaml").unlink()
    (folder / "udp.json").write_text(json.dumps(yaml.safe_load(WAITS), indent=2))

    git(program.home, program("fix", "udp", "-f", "deploy", "-o", "diff").out)

    body = json.loads((folder / "udp.json").read_text())
    assert body["metadata"]["annotations"] == {KEY: "dns"}


def test_without_a_plan_there_is_no_diff(program: Program) -> None:
    """Two ways, one of them beside another Service's edit: which one is for a person to say."""
    manifests(program, WAITS.replace("UDP", "TCP"))

    ended = program("fix", "udp", "-f", "deploy", "-o", "diff")

    assert (ended.status, ended.out) == (1, "")
    assert "No plan for shop/udp" in ended.err


def test_it_is_for_manifests(program: Program) -> None:
    refused(program("fix", "udp", "-o", "diff"), 2, "-o diff is for manifests", "-f")
