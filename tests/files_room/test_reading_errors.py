"""What cannot be read is named with its place and with what to do, and nothing hangs or crashes."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kubectl_sharedip.files import sources, yaml_text
from kubectl_sharedip.files.errors import FileError
from kubectl_sharedip.files.json_text import json_documents
from kubectl_sharedip.files.read import read_files

HEAD = "apiVersion: v1\nkind: Service\n"


@pytest.fixture(autouse=True, params=["c", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML has no parser in C")
    yaml_text._loader_class.cache_clear()
    yield
    yaml_text._loader_class.cache_clear()


def refused(*paths: str | Path, stdin: str | bytes = b"", recursive: bool = False) -> FileError:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    with pytest.raises(FileError) as caught:
        read_files([str(path) for path in paths], recursive=recursive, stdin=io.BytesIO(data))
    error = caught.value
    assert str(error) == f"{error.where}: {error.what}\n{error.todo}"
    assert "\n" not in error.what + error.where + error.todo
    return error


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (HEAD + "metadata: a: b\n", 3, "mapping values are not allowed"),
        (HEAD + "---\n" + HEAD + "metadata: [a,\n", 6, "while parsing a flow"),
        (HEAD + "a: *nowhere\n", 3, "undefined alias"),
        (HEAD + "a: !Ref x\n", 3, "!Ref"),
        (HEAD + "a: .nan\n", 3, "not a number that JSON can hold"),
        (HEAD + "a: !!int x\n", 3, "not a whole number"),
        (HEAD + "a: !!bool x\n", 3, "not a boolean"),
        (HEAD + "a: !!binary x\n", 3, "not valid YAML"),
        (HEAD + "? [a]\n: b\n", 3, "a key must be a text"),
        (HEAD + "~: b\n", 3, "a key must be a text"),
        (HEAD + "\n\na: \x1b[0m\n", 5, "U+001B"),
        (HEAD + "\tb: c\n", 3, "tab|\\t"),
        (HEAD + f"a: {'9' * 5000}\n", 3, "digits"),
        ('{"apiVersion": "v1",\n\n "kind" "Service"}', 3, "':' delimiter (column 9)"),
        ('{"apiVersion": "v1",\n "kind": "Serv', 2, "not valid JSON"),
        ('{"a": 1}\n{"a": 1e999}', 2, "too large"),
        ('{"a": ' + "9" * 5000 + "}", 1, "not valid JSON"),
    ],
)
def test_syntax_errors_name_the_line(text: str, line: int, what: str) -> None:
    error = refused("-", stdin=text)
    assert error.where == f"stdin:{line}"
    assert any(part in error.what for part in what.split("|"))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (HEAD + "---\n- a\n", "stdin:4", "it is a list"),
        ("hello", "stdin:1", "it is a text"),
        ("\n7", "stdin:2", "it is the value 7"),
        ("[1]", "stdin:1", "it is a list"),
        ("apiVersion: v1\n", "stdin:1", "it has no kind"),
        ("kind: Service\n", "stdin:1", "it has no apiVersion"),
        ("apiVersion: 1\nkind: Service\n", "stdin:1", "it has no apiVersion"),
        ("apiVersion: v1\nkind: List\nitems: [{}]\n", "stdin:1 items[0]", "it has no apiVersion"),
        ("apiVersion: v1\nkind: ServiceList\nitems: [{}, null]\n", "stdin:1 items[1]", "it is empty"),
    ],
)
def test_what_is_no_object(text: str, where: str, what: str) -> None:
    error = refused("-", stdin=text)
    assert (error.where, error.what) == (where, f"not a Kubernetes object: {what}")


@pytest.mark.parametrize(
    "text",
    [HEAD + "a: {{ .Values.a }}\n", "{{- if .a }}\n" + HEAD, '{"a": {{ .a }}}', "{{ .a }}: x", "# {{\n- a\n"],
)
def test_templates_are_recognised(text: str) -> None:
    assert "unrendered template" in refused("-", stdin=text).todo


@pytest.mark.parametrize(
    ("name", "tool"), [("kustomization.yaml", "kustomize"), ("values.yaml", "helm"), ("Chart.yaml", "helm")]
)
def test_settings_of_other_tools_are_recognised(tmp_path: Path, name: str, tool: str) -> None:
    (tmp_path / name).write_text("resources: []\n")
    assert tool in refused(tmp_path).todo


@pytest.mark.parametrize("text", ["", "\n \n", "# only this\n", "---\n---\nnull\n"])
def test_no_document_at_all(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    error = refused(file, "-")
    assert (error.where, error.what) == (f"{file}, stdin", "there is no document in it")


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "a.yaml").what
    assert "no such file" in refused(tmp_path / "*.yaml").what
    assert "no such file" in refused("a\0b").what
    assert "URL" in refused("https://example.com/a.yaml").what
    assert "twice" in refused("-", "-").what
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    assert "cannot be read" in refused(tmp_path / "gone.yaml").what
    assert refused(tmp_path).where == str(tmp_path / "gone.yaml")


def test_folders_without_manifests(tmp_path: Path) -> None:
    assert "-R" not in refused(tmp_path).todo
    deeper = tmp_path / "a"
    deeper.mkdir()
    (deeper / "a.yaml").write_text(HEAD)
    assert "-R" in refused(tmp_path).todo
    assert read_files([str(tmp_path)], recursive=True, stdin=io.BytesIO()).read == {"services"}


def test_what_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(FileError, match=r"^stdin: cannot be read: Input/output error\n"):
        read_files(["-"], recursive=False, stdin=Broken())

    def forbidden(path: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert refused(tmp_path).what == "cannot be read: Permission denied"


@pytest.mark.parametrize("data", [b"\x7fELF\x02\xff", b"kind: \xe4", b"a\0b", b"\xff\xfea"])
def test_what_is_no_text(data: bytes) -> None:
    assert "is not text" in refused("-", stdin=data).what


def test_gzip_that_is_cut_off() -> None:
    assert "cannot be unpacked" in refused("-", stdin=gzip.compress(HEAD.encode())[:-9]).what


@pytest.mark.parametrize("packed", [False, True])
def test_files_without_end(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 1_000_000)
    data = b"#" * 1_000_001
    assert "more than 1 MB" in refused("-", stdin=gzip.compress(data) if packed else data).what


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, '{"a":' * 300_000])
def test_deep_nesting(text: str) -> None:
    assert "deep" in refused("-", stdin=text).what


@pytest.mark.parametrize("opening", ["{}: &{} [{}]\n", "{}: &{} {{<<: [{}]}}\n"])
def test_small_texts_that_unfold_to_billions(opening: str) -> None:
    lines = ["a: &a {k: v}\n"]
    lines += [
        opening.format(n, n, ",".join(["*" + p] * 10)) for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert "unfold" in refused("-", stdin="".join(lines)).what


def test_json_of_python_only_is_no_json() -> None:
    with pytest.raises(FileError, match="NaN is not a value of JSON"):
        json_documents('{"a": NaN}', file="-")


def test_an_anchor_within_itself() -> None:
    assert "alias of itself" in refused("-", stdin=HEAD + "a: &a\n- *a\n").what
