"""What the few lines read of a kubeconfig is what PyYAML reads, or they leave it to PyYAML."""

from __future__ import annotations

import base64

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kubectl_sharedip.cluster.plain_yaml import plain_yaml

DATA = base64.b64encode(b"-----BEGIN CERTIFICATE-----\n" + bytes(range(256)) * 3).decode()
KUBEADM = f"""\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {DATA}
    server: https://192.0.2.1:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    namespace: team-a
    user: kubernetes-admin
  name: kubernetes-admin@kubernetes
current-context: kubernetes-admin@kubernetes
kind: Config
preferences: {{}}
users:
- name: kubernetes-admin
  user:
    client-certificate-data: {DATA}
    client-key-data: {DATA}
"""
INSECURE = """\
apiVersion: v1
kind: Config
clusters:
  - name: far
    cluster:
      insecure-skip-tls-verify: true
      server: https://[2001:db8::1]:6443
      certificate-authority: /etc/kubernetes/pki/ca.crt
"""
# Pieces of which each means something to YAML, and which the few lines know or do not.
PIECES = (
    *("a: b", "- a: b", "b:", "- b:", "a: true", "a: false", "a: True", "a: {}", "a: []", "- ", "x", "a: No"),
    *(
        "a: y",
        "on: x",
        "a: null",
        "a: ~",
        "a: /b",
        "a: b:",
        "a: b: c",
        "a: b:c",
        "a:b",
        "a: 1",
        "a: 1e3",
        "a: .5",
    ),
    *(
        "a: 'b'",
        'a: "b"',
        "a: b # c",
        "# c",
        "",
        "---",
        "...",
        "a: |",
        "a: >-",
        "a: &b c",
        "a: *b",
        "a: !!str b",
    ),
    *(
        "<<: b",
        "a: 2020-01-01",
        "a: =",
        "a: @b",
        "a: b c",
        "a:  b",
        "a: b ",
        "\ta: b",
        "a: \u00e4",
        "a: b\r",
        "A-b: c",
    ),
)


def parsed(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        return error


@given(
    st.lists(
        st.tuples(st.sampled_from((0, 0, 0, 1, 2, 2, 4, 6)), st.sampled_from(PIECES)), min_size=1, max_size=8
    ).map(lambda lines: "\n".join(" " * indent + piece for indent, piece in lines)),
    st.sampled_from(("", "\n", "\n\n")),
)
@example("a:\n- b: c\n  d: e\n- f:\n", "")
@example("a:\n  b: c\n d: e", "")
@example("- a: b", "\n")
def test_it_reads_what_pyyaml_reads_or_nothing(text: str, end: str) -> None:
    found = plain_yaml(text + end)
    assert found is None or found == parsed(text + end)


@pytest.mark.parametrize("text", [KUBEADM], ids=["kubeadm"])
def test_the_usual_form_needs_no_pyyaml(text: str) -> None:
    found = plain_yaml(text)
    assert found == yaml.safe_load(text)
    assert found is not None


@pytest.mark.parametrize(
    "text",
    [
        INSECURE,  # brackets begin something else in YAML elsewhere
        KUBEADM.replace("kubernetes-admin@kubernetes\nkind", "123\nkind"),
        KUBEADM + "# by hand\n",
        KUBEADM.replace("team-a", '"team-a"'),
        KUBEADM.replace("kind: Config", "kind: Config\nkind: Config"),
        "\n".join(f"{' ' * depth}a:" for depth in range(2000)),
        "{}",
        "",
    ],
    ids=["brackets", "number", "comment", "quotes", "twice", "deep", "flow", "empty"],
)
def test_everything_else_is_left_to_pyyaml(text: str) -> None:
    assert plain_yaml(text) is None
