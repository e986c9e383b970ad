"""version: this side in one line, then the other side, and how each was found out."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib import metadata

import pytest
import yaml

from kubectl_sharedip import __version__
from tests.command_line.inside import ran
from tests.command_line.lab import Lab
from tests.command_line.program import EXAMPLES, Program
from tests.command_line.schema import promised
from tests.fakeapi import FakeApi

_THIS = f"kubectl-sharedip {__version__} (Python {platform.python_version()}, kubernetes "
_MINE = f"{_THIS}{metadata.version('kubernetes')})\n"


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


def test_this_side_asks_nobody(lab: Lab) -> None:
    ended = lab("version", "--client")

    assert (ended.status, ended.out, ended.err) == (0, _MINE, "")
    assert lab.api.requests == []


def test_both_sides(lab: Lab) -> None:
    ended = lab("version")

    assert (ended.status, ended.err) == (0, "")
    assert ended.out == (
        f"{_MINE}API server v1.34.1 (as {lab.api.url} says)\n"
        "MetalLB 0.16.1 (read off the image of its controller; namespace metallb-system)\n"
    )
    assert lab.api.asked("/services") == []


@pytest.mark.parametrize(
    ("image", "labels", "words", "said"),
    [
        ("m/controller@sha256:00", {"app.kubernetes.io/version": "v0.15.2"}, (), "0.15.2 (read off a label"),
        ("m/controller:latest", {}, (), "assumed: nothing that was read tells"),
        ("m/controller:latest", {}, ("--metallb-version", "0.14.9"), "0.14.9 (as --metallb-version says"),
    ],
)
def test_how_a_version_was_found_out(
    lab: Lab, image: str, labels: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    body = lab.api.get("deployments", "metallb-system", "controller")
    body["spec"]["template"]["spec"]["containers"][0]["image"] = image
    body["metadata"]["labels"] |= labels
    lab.api.put(body)

    ended = lab("version", *words)

    assert said in ended.out.splitlines()[2]
    assert ("SIP902" in ended.err) == ("assumed" in said)


def test_several_are_told_apart(lab: Lab) -> None:
    second = lab.api.get("deployments", "metallb-system", "controller")
    second["metadata"] |= {"namespace": "edge", "uid": "second"}
    container = {"name": "controller", "image": "metallb/controller:v0.13.12", "args": ["--lb-class=edge"]}
    second["spec"]["template"]["spec"]["containers"] = [container]
    lab.api.put(second)

    lines = lab("version").out.splitlines()[2:]

    assert [re.findall(r"MetalLB (\S+).*namespace ([^;)]+)", line)[0] for line in lines] == [
        ("0.13.12", "edge"),
        ("0.16.1", "metallb-system"),
    ]
    assert lines[0].endswith("; class edge)")


def test_no_metallb(lab: Lab) -> None:
    lab.api.delete("deployments", "metallb-system", "controller")
    lab.api.delete("ipaddresspools", "metallb-system", "lab")

    assert lab("version").out.splitlines()[2:] == ["MetalLB was not found"]


def test_without_the_right_to_look_at_it(lab: Lab) -> None:
    """The API server's version is everybody's; what of MetalLB is not seen is said."""
    lab.api.forbidden = {("deployments", "*"), ("ipaddresspools", "*"), ("services", "*")}
    ended = lab("version")

    assert ended.status == 0
    assert "API server v1.34.1" in ended.out
    assert ended.out.splitlines()[2].endswith("(assumed: nothing that was read tells)")
    assert "deployments" in ended.err and "SIP901" in ended.err


def test_no_server(program: Program) -> None:
    """This side is still said."""
    ended = program("version", "-s", "http://127.0.0.1:9")

    assert (ended.status, ended.out) == (3, _MINE)
    assert ended.err.startswith("error: ") and len(ended.err.splitlines()) == 2


def test_of_files(program: Program) -> None:
    file = str(EXAMPLES / "classic-conflict")
    ended = program("version", "-f", file)

    assert ended.status == 0
    assert ended.out.startswith(_MINE)
    assert "MetalLB 0.16.1" in ended.out


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_as_a_document(lab: Lab, form: str) -> None:
    ended = ran(*lab.words("version", "-o", form))

    document = promised(yaml.safe_load(ended.out))
    assert ended.status == 0
    assert list(document) == ["apiVersion", "kind", "source", "items", "notes", "client"]
    assert document["client"] == {
        "version": __version__,
        "commit": None,
        "python": platform.python_version(),
        "library": metadata.version("kubernetes"),
    }
    assert (document["source"]["server"], document["source"]["kubernetes"]) == (lab.api.url, "v1.34.1")
    assert [one["version"] for one in document["source"]["metallb"]] == ["0.16.1"]


def test_a_document_of_this_side_alone(lab: Lab) -> None:
    document = ran(*lab.words("version", "--client", "-o", "json")).document
    assert document["source"] == {
        **dict.fromkeys(("context", "server", "takenAt", "kubernetes")),
        **{name: [] for name in ("files", "metallb", "notRead")},
    }
    assert lab.api.requests == []
    nobody = ran("version", "-s", "http://127.0.0.1:9", "-o", "json")
    assert (nobody.status, nobody.document) == (3, document)
    assert nobody.err.startswith("error: ")
    assert ran("version", "--client", "--query", "client.version").out == f'"{__version__}"\n'
    assert ran("version", "-o", "wide").status == 2
