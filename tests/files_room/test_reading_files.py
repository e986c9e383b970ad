"""Files, folders and stdin become the same raw documents, in the order in which kubectl takes them."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_sharedip.files.read import read_files
from kubectl_sharedip.model.raw import NotRead, Origin, RawCluster

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n"

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["y", "on", "1e3", "0x1f", "2024-01-01", "1:30", "~", "<<", "=", "", " a", "a\nb", "10_0", "089", ".5"]
)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.builds(
    lambda rest, kind: {**rest, "apiVersion": "v1", "kind": kind},
    st.dictionaries(texts.filter(lambda key: key != "items"), values, max_size=4),
    st.sampled_from(["Service", "Namespace", "Widget"]),
)


def of_stdin(text: str | bytes, **options: Any) -> RawCluster:
    stream: Any = io.BytesIO(text) if isinstance(text, bytes) else io.StringIO(text)
    return read_files(["-"], recursive=False, stdin=stream, **options)


def of_paths(*paths: Path, recursive: bool = False) -> RawCluster:
    return read_files([str(path) for path in paths], recursive=recursive, stdin=io.StringIO())


def names(cluster: RawCluster) -> list[str]:
    return [document.body["metadata"]["name"] for document in cluster.documents]


def origins(cluster: RawCluster) -> list[str]:
    return [str(document.origin) for document in cluster.documents]


@settings(deadline=None)  # the machine may be busy
@given(st.lists(objects, min_size=1, max_size=4))
def test_what_is_dumped_is_read_back(bodies: list[dict[str, Any]]) -> None:
    quoted = yaml.safe_dump_all(bodies, default_style='"')  # what PyYAML leaves plain may be a number
    as_list = json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies})
    for text in (quoted, "\n".join(map(json.dumps, bodies)), as_list, gzip.compress(as_list.encode())):
        assert [document.body for document in of_stdin(text).documents] == bodies


def test_documents_know_their_first_line() -> None:
    text = "# a\n\n---\n# b\n" + SERVICE % "one" + "---\n---\nnull\n--- # c\n\n" + SERVICE % "two"
    assert [(d.origin, d.body["metadata"]["name"]) for d in of_stdin(text).documents] == [
        (Origin(file="-", line=5), "one"),
        (Origin(file="-", line=13), "two"),
    ]


def test_json_documents_know_their_first_line() -> None:
    body = json.dumps({"apiVersion": "v1", "kind": "Service"}, indent=1)
    assert origins(of_stdin(f"\n{body}\n---\n{body}{body}")) == ["-:2", "-:7", "-:10"]


def test_a_list_is_its_items() -> None:
    item = "- {apiVersion: v1, kind: Service}\n"
    cluster = of_stdin(f"kind: List\napiVersion: v1\nitems:\n{item}{item}")
    assert origins(cluster) == ["-:1 items[0]", "-:1 items[1]"]


def test_items_of_a_typed_list_get_what_the_api_server_leaves_out() -> None:
    text = json.dumps(
        {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPoolList", "items": [{"spec": {"a": 1}}]}
    )
    (document,) = of_stdin(text).documents
    assert document.body == {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "spec": {"a": 1}}
    assert document.origin.item == 0


def test_a_list_in_a_list_keeps_the_outer_place() -> None:
    inner = {"apiVersion": "v1", "kind": "ServiceList", "items": [{}, {}]}
    outer = {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Node"}, inner]}
    assert [d.origin.item for d in of_stdin(json.dumps(outer)).documents] == [0, 1, 1]


def test_a_kind_that_ends_in_list_and_has_no_items_is_an_object() -> None:
    cluster = of_stdin("apiVersion: example.com/v1\nkind: AllowList\nspec: {}\n")
    assert [document.body["kind"] for document in cluster.documents] == ["AllowList"]


@pytest.mark.parametrize("items", ["[]", "null"])
def test_an_empty_typed_list_says_that_there_is_none(items: str) -> None:
    cluster = of_stdin(f"apiVersion: v1\nkind: ServiceList\nitems: {items}\n")
    assert cluster.documents == ()
    assert cluster.read == {"services"}


def test_an_empty_list_says_nothing() -> None:
    cluster = of_stdin("apiVersion: v1\nkind: List\nitems: []\n")
    assert (cluster.documents, cluster.read) == ((), frozenset())


def test_what_occurs_is_read_and_what_is_wanted_and_missing_is_not() -> None:
    kinds = ["v1 Service", "metallb.io/v1beta1 IPAddressPool", "events.k8s.io/v1 Event", "acme.io/v1 Widget"]
    cluster = of_stdin("---\n".join("apiVersion: {}\nkind: {}\n".format(*kind.split()) for kind in kinds))
    assert len(cluster.documents) == 4
    assert cluster.read == {"services", "ipaddresspools", "events"}
    assert cluster.not_read == (
        NotRead(resource="deployments", reason="not-in-files"),
        NotRead(resource="namespaces", reason="not-in-files"),
    )
    assert cluster.taken_at is None


def test_a_service_of_another_group_is_no_service() -> None:
    assert of_stdin("apiVersion: serving.knative.dev/v1\nkind: Service\n").read == frozenset()


def test_folders_are_read_as_kubectl_walks_them(tmp_path: Path) -> None:
    for name in ("b.yml", "a.json", "c.yaml", "b/z.yaml", "b-a/y.yaml", "note.txt", "b/deep/x.yaml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SERVICE % name)
    assert names(of_paths(tmp_path)) == ["a.json", "b.yml", "c.yaml"]
    assert names(of_paths(tmp_path, recursive=True)) == [
        "a.json", "b/deep/x.yaml", "b/z.yaml", "b-a/y.yaml", "b.yml", "c.yaml"
    ]  # fmt: skip
    assert origins(of_paths(tmp_path))[0] == f"{tmp_path / 'a.json'}:1"


def test_a_link_back_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SERVICE % "a")
    (tmp_path / "back").symlink_to(tmp_path)
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert names(of_paths(tmp_path, recursive=True)) == ["a", "a"]


def test_files_are_kept_as_given_and_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.yaml").write_text(SERVICE % "b")
    Path("a.yaml").write_text(SERVICE % "a")
    cluster = read_files(
        ["./b.yaml", "-", "a.yaml", "?.yaml"], recursive=False, stdin=io.StringIO(SERVICE % "in")
    )
    assert cluster.files == ("./b.yaml", "-", "a.yaml", "?.yaml")
    assert names(cluster) == ["b", "in", "a", "a", "b"]
    assert origins(cluster)[:2] == ["./b.yaml:1", "-:1"]


def test_an_empty_file_beside_others_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# nothing\n")
    (tmp_path / "b.yaml").write_text(SERVICE % "b")
    assert names(of_paths(tmp_path)) == ["b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark(encoding: str) -> None:
    assert names(of_stdin((SERVICE % "grün").encode(encoding))) == ["grün"]


def test_the_bytes_below_a_text_stream_are_read() -> None:
    stream = io.TextIOWrapper(io.BytesIO((SERVICE % "grün").encode()), encoding="ascii")
    assert names(read_files(["-"], recursive=False, stdin=stream)) == ["grün"]


def test_json_is_found_whatever_the_name(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text('{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "on"}, "a": "\\u202e"}')
    assert names(of_paths(file)) == ["on"]


def test_yaml_in_flow_style_is_no_broken_json() -> None:
    assert names(of_stdin("{apiVersion: v1, kind: Service, metadata: {name: 'a'},} # c\n")) == ["a"]


def test_a_fifo_can_be_read(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, (SERVICE % "piped").encode())
    os.close(write_end)
    try:
        assert names(of_paths(Path(f"/dev/fd/{read_end}"))) == ["piped"]
    finally:
        os.close(read_end)
