"""Manifests with fields changed: nothing else of them differs, and git takes the diff."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_sharedip.files.manifests import FieldEdit, edited, text_to_edit
from kubectl_sharedip.files.marks import NoPlace
from kubectl_sharedip.files.read import parsed

KEY, PIN = "metallb.io/allow-shared-ip", "metallb.io/loadBalancerIPs"
Change = tuple[tuple[str, ...], str | None]
IP, POLICY = ("spec", "loadBalancerIP"), ("spec", "externalTrafficPolicy")


def note(key: str) -> tuple[str, ...]:
    return ("metadata", "annotations", key)


def change(
    text: str, *fields: tuple[tuple[str, ...], str | None], document: int = 0, item: int | None = None
) -> str:
    """The text after these edits of one object."""
    line = parsed("a.yaml", text)[document][0]
    edits = [FieldEdit(line=line, item=item, path=path, value=value) for path, value in fields]
    return edited(text, edits, file="a.yaml").text


def manifest(metadata: str, spec: str = "  type: LoadBalancer\n") -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n{metadata}spec:\n{spec}"


def refusal(text: str, *fields: tuple[tuple[str, ...], str | None]) -> str:
    with pytest.raises(NoPlace) as caught:
        change(text, *fields)
    return caught.value.because


# What is there already


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("old  # why", "dns  # why"),
        ("'old'", "'dns'"),
        ('"old"', '"dns"'),
        ("|  # why\n      old", "dns  # why"),
        (">-\n      old\n      older", "dns"),
        ("old\n      older", "dns"),
        ("!!str 1", None),
        ("&a old", None),
        ("", "dns"),
        ("~", "dns"),
    ],
)
def test_a_value_keeps_its_form(written: str, after: str | None) -> None:
    """Of a block or a text of several lines one line is left; what has a tag or an anchor is left alone."""
    before = manifest(f"  annotations:\n    {KEY}: {written}\n    # below\n    other: x\n")

    if after is None:
        assert "anchor or a tag" in refusal(before, (note(KEY), "dns"))
    else:
        assert change(before, (note(KEY), "dns")) == before.replace(f"{KEY}: {written}", f"{KEY}: {after}")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("web.dns-1", "web.dns-1"),
        ("192.0.2.10", "192.0.2.10"),
        ("192.0.2.10,2001:db8::", '"192.0.2.10,2001:db8::"'),
        ("yes", '"yes"'),
        ("1", '"1"'),
        ("2024-01-01", '"2024-01-01"'),
        ("", '""'),
        ("a: b #c", '"a: b #c"'),
        ('say "hi"\n\u202e', '"say \\"hi\\"\\n\\u202e"'),
    ],
)
def test_what_could_be_taken_for_anything_but_a_text_is_quoted(value: str, written: str) -> None:
    before = manifest("  annotations:\n    other: x\n")

    after = change(before, (note(KEY), value))

    assert after == manifest(f"  annotations:\n    other: x\n    {KEY}: {written}\n")
    assert yaml.safe_load(after)["metadata"]["annotations"][KEY] == value


# What is not there yet


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"  annotations:\n    {KEY}: dns\n"),
        ("  annotations: {}\n", f"  annotations:\n    {KEY}: dns\n"),
        ("  annotations: {}  # none\n", f"  annotations:  # none\n    {KEY}: dns\n"),
        ("  annotations:\n", f"  annotations:\n    {KEY}: dns\n"),
        ("  annotations: null\n  labels: {}\n", f"  annotations:\n    {KEY}: dns\n  labels: {{}}\n"),
        ("  annotations: {a: b}\n", f"  annotations: {{a: b, {KEY}: dns}}\n"),
        ("  annotations: {a: b,}\n", f"  annotations: {{a: b, {KEY}: dns,}}\n"),
        (
            "  annotations: {\n    a: b,  # first\n    c: d\n  }\n",
            f"  annotations: {{\n    a: b,  # first\n    c: d,\n    {KEY}: dns\n  }}\n",
        ),
        (
            "  annotations:\n      a: |\n        text\n\n      # next\n  labels: {}\n",
            f"  annotations:\n      a: |\n        text\n      {KEY}: dns\n\n      # next\n  labels: {{}}\n",
        ),
    ],
)
def test_an_annotation_is_added(before: str, after: str) -> None:
    assert change(manifest(before), (note(KEY), "dns")) == manifest(after)


def test_in_braces_of_a_whole_object_it_is_written_within_them() -> None:
    for had in ("", ", annotations: {}", ", annotations: null", ", annotations: {a: b}"):
        before = "{apiVersion: v1, kind: Service, metadata: {name: a%s}, spec: {}}\n"
        now = ", annotations: {a: b, " if "a: b" in had else ", annotations: {"
        assert change(before % had, (note(KEY), "dns")) == before % f"{now}{KEY}: dns}}"


def test_json_stays_json() -> None:
    before = (
        '{\n  "kind": "Service", "apiVersion": "v1",\n'
        '  "metadata": {\n    "name": "web"\n  },\n  "spec": {}\n}'
    )

    after = change(before, (note(KEY), "dns"), (POLICY, "Local"))

    assert after == before.replace(
        '"web"\n', '"web",\n    "annotations": {"metallb.io/allow-shared-ip": "dns"}\n'
    ).replace('"spec": {}', '"spec": {"externalTrafficPolicy": "Local"}')
    assert change(after, (note(KEY), "a"), (note(KEY), None), (POLICY, None)) == after.replace(
        '{"metallb.io/allow-shared-ip": "dns"}', "{}"
    ).replace('{"externalTrafficPolicy": "Local"}', "{}")


def test_a_field_of_the_spec_is_added_changed_and_taken_away() -> None:
    before = manifest("", "  # where\n  type: LoadBalancer\n  ports:\n  - port: 53\n    name: dns\n  # end\n")

    added = change(before, (IP, "192.0.2.10"), (POLICY, "Cluster"))

    assert added == before.replace(
        "name: dns\n", "name: dns\n  loadBalancerIP: 192.0.2.10\n  externalTrafficPolicy: Cluster\n"
    )
    changed = change(added, (POLICY, "Local"))
    assert changed == added.replace("Cluster", "Local")
    assert change(added, (IP, None), (POLICY, None)) == before


# What is taken away


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"  annotations:\n    {KEY}: |\n      dns\n    other: x\n", "  annotations:\n    other: x\n"),
        (
            f"  # above\n  annotations:\n    # on it\n    {KEY}: dns  # why\n    # below\n  labels: {{}}\n",
            "  # above\n    # on it\n    # below\n  labels: {}\n",
        ),
        (f"  annotations: {{{KEY}: dns}}\n", "  annotations: {}\n"),
        (f"  annotations: {{{KEY}: dns, a: b}}\n", "  annotations: {a: b}\n"),
        (f"  annotations: {{a: b, {KEY}: dns}}\n", "  annotations: {a: b}\n"),
    ],
)
def test_an_annotation_is_taken_away(before: str, after: str) -> None:
    """With the last one of a block its own line goes too: a block of nothing would be null."""
    assert change(manifest(before), (note(KEY), None)) == manifest(after)


# Where the marks do not say all


@pytest.mark.parametrize(
    ("metadata", "because"),
    [
        ("  annotations: &a\n    a: b\n  labels: *a\n", "aliases"),
        ("  labels: &a\n    a: b\n  annotations: *a\n", "aliases"),
        ("  labels: &a\n    a: b\n  annotations:\n    <<: *a\n    c: d\n", "merge key"),
        (f"  labels:\n    a: &a b\n  annotations:\n    {KEY}: *a\n", "aliases"),
        (f"  annotations:\n    {KEY}: a\n    {KEY}: b\n", "written twice"),
        ("  annotations:\n    ? a\n    : b\n", "something else"),
        ("  annotations: text\n", "no mapping"),
    ],
)
def test_it_says_why_it_cannot(metadata: str, because: str) -> None:
    assert because in refusal(manifest(metadata), (note(KEY), "dns"))


def test_an_anchor_elsewhere_is_no_hindrance() -> None:
    before = manifest("  labels: &a\n    a: b\n  annotations:\n    c: d\n", "  selector: *a\n")

    assert change(before, (note(KEY), "dns"), (IP, "192.0.2.1")) == before.replace(
        "c: d\n", f"c: d\n    {KEY}: dns\n"
    ).replace("*a\n", "*a\n  loadBalancerIP: 192.0.2.1\n")


def test_bytes_that_are_no_text_are_not_edited(tmp_path: Path) -> None:
    for name, data in (("a", b"\x1f\x8b\x08"), ("b", "kind: \u00e9".encode("utf-16"))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(NoPlace):
            text_to_edit(str(tmp_path / name))
    with pytest.raises(NoPlace, match="stdin"):
        text_to_edit("-")


# Any manifest at all

_VALUES = st.sampled_from(["dns", "k", "192.0.2.10", "yes", "a b", "it's", 'say "x"', "1", "2001:db8::"])
_OTHER = ("example.com/note", "x.io/y")


@st.composite
def _service(draw: st.DrawFn, number: int) -> str:
    """A Service in block style."""
    step = draw(st.sampled_from(["  ", "    "]))
    lines = ["apiVersion: v1", "kind: Service  # one of several", "metadata:"]
    lines += [f"{step}name: web-{number}", f"{step}namespace: shop"]
    present = draw(st.lists(st.sampled_from([KEY, PIN, *_OTHER]), unique=True, max_size=4))
    values = {key: draw(_VALUES) for key in present}
    lines += [f"{step}{line}" for line in _annotations(draw, step, values)]
    if draw(st.booleans()):
        lines += [f"{step}labels:", f"{step}{step}tier: front"]
    spec = ["type: LoadBalancer", "ports:", "- port: 53", "  protocol: UDP"]
    if draw(st.booleans()):
        spec.insert(
            draw(st.integers(0, 1)),
            f"loadBalancerIP: {draw(st.sampled_from(['192.0.2.9', chr(34) + '192.0.2.9' + chr(34)]))}",
        )
    if draw(st.booleans()):
        spec.append(f"externalTrafficPolicy: Local{draw(st.sampled_from(['', '  # for logs']))}")
    lines += ["spec:", *(f"{step}{line}" for line in spec)]
    if draw(st.booleans()):
        lines.append("# the end of it")
    return "\n".join(lines) + "\n"


def _annotations(draw: st.DrawFn, step: str, values: dict[str, str]) -> list[str]:
    if not values:
        return draw(st.sampled_from([[], ["annotations: {}"], ["annotations:"], ["annotations: ~  # none"]]))
    if draw(st.integers(0, 3)) == 0:
        pairs = ", ".join(f'"{key}": {_double(value)}' for key, value in values.items())
        return ["annotations: {" + pairs + "}" + draw(st.sampled_from(["", "  # in braces"]))]
    lines = ["annotations:"]
    for key, value in values.items():
        lines += draw(st.sampled_from([[], [f"{step}# about the next"], [""]]))
        lines += [f"{step}{line}" for line in _pair(draw, step, key, value)]
    return lines


def _pair(draw: st.DrawFn, step: str, key: str, value: str) -> list[str]:
    form = draw(st.sampled_from(["double", "single", "literal", "folded", "comment"]))
    if form == "literal":
        return [f"{key}: |-", f"{step}{value}"]
    if form == "folded":
        return [f"{key}: >-  # folded", f"{step}{value}"]
    if form == "single":
        return [f"{key}: '{value.replace(chr(39), chr(39) * 2)}'"]
    return [f"{key}: {_double(value)}{'  # why' if form == 'comment' else ''}"]


def _double(value: str) -> str:
    return '"' + value.replace('"', '\\"') + '"'


@st.composite
def _file(draw: st.DrawFn) -> tuple[str, int, int | None, list[Change]]:
    """A file of several objects, the place of one, and what is to be changed in it."""
    count = draw(st.integers(1, 3))
    texts = [draw(_service(number)) for number in range(count)]
    which = draw(st.integers(0, count - 1))
    place: tuple[int, int | None] = (which, None)
    if draw(st.booleans()):
        items = ["- " + text.rstrip("\n").replace("\n", "\n  ") for text in texts]
        text = "apiVersion: v1\nkind: List\nitems:\n" + "\n".join(items) + "\n"
        place = (0, which)
    else:
        text = draw(st.sampled_from(["", "# first\n", "---\n"])) + "---\n".join(texts)
    fields = draw(
        st.dictionaries(
            st.sampled_from([note(KEY), note(PIN), IP, POLICY]),
            st.one_of(st.none(), _VALUES),
            min_size=1,
            max_size=3,
        )
    )
    if draw(st.booleans()):
        text = text.rstrip("\n")
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    if draw(st.integers(0, 4)) == 0:
        text = "\ufeff" + text
    # Taken away goes last, as a plan's edits are made.
    changes = sorted(fields.items(), key=lambda pair: pair[1] is None)
    return text, place[0], place[1], changes


@given(_file())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_manifest_differs_in_the_fields_alone(
    drawn: tuple[str, int, int | None, list[Change]],
) -> None:
    text, document, item, changes = drawn
    bare = text.removeprefix("\ufeff")
    line = parsed("a.yaml", bare)[document][0]
    edits = [FieldEdit(line=line, item=item, path=path, value=value) for path, value in changes]

    result = edited(text, edits, file="a.yaml")

    assert result.text.startswith("\ufeff") == text.startswith("\ufeff")
    read_back = list(yaml.safe_load_all(result.text))
    assert _emptied(read_back) == _emptied(_meant(bare, document, item, changes))
    names = [path[-1] for path, _ in changes]
    assert _others(result.text.removeprefix("\ufeff"), names) == _others(bare, names)
    ends = "\r\n" if "\r" in text else "\n"
    assert result.text.count("\n") == result.text.count(ends)
    assert "\r" in ends or "\r" not in result.text
    _hold_against_git(text, result.text, result.diff("a.yaml"))


def _meant(
    text: str, document: int, item: int | None, changes: Sequence[tuple[tuple[str, ...], str | None]]
) -> Any:
    """What it is to mean, by another reader."""
    documents = list(yaml.safe_load_all(text))
    body = documents[document] if item is None else documents[document]["items"][item]
    for path, value in changes:
        place = body
        for step in path[:-1]:
            place[step] = place.get(step) or {}
            place = place[step]
        place[path[-1]] = value
    return documents


def _emptied(value: Any) -> Any:
    if isinstance(value, dict):
        found = {key: _emptied(one) for key, one in value.items()}
        return {key: one for key, one in found.items() if one not in (None, {})}
    return [_emptied(one) for one in value] if isinstance(value, list) else value


def _others(text: str, names: Sequence[str]) -> list[str]:
    """The lines that are no part of an edit: of a field, its block, or the line of the annotations."""
    found, in_block = [], False
    for line in text.replace("\r\n", "\n").split("\n"):
        word = line.strip()
        touched = any(name in word for name in names) or word.lstrip("- ").startswith("annotations:")
        if not touched and not in_block:
            found.append(line)
        in_block = touched and word.split("#")[0].rstrip().endswith(("|-", ">-"))
    return [line for line in found if line]


def _hold_against_git(before: str, after: str, diff: str) -> None:
    if before == after:
        assert diff == ""
        return
    assert shutil.which("git"), "git is what the diff is for"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.yaml"
        file.write_bytes(before.encode())
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=diff.encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode() + diff
        assert file.read_bytes() == after.encode()
