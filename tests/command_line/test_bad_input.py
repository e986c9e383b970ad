"""Whatever is wrong with what was given: a status of cli.md, two lines at most, and no answer."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command_line.program import COMMAND, EXAMPLES, LONGEST_S, Program, refused

FULL = str(EXAMPLES / "full-pool" / "apply")
CLASSIC = str(EXAMPLES / "classic" / "apply")
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: NAMESPACE}
spec: {type: LoadBalancer, ports: [{port: 80}]}
"""


def written(program: Program, name: str, text: str) -> str:
    """A file in the program's home; returns its name there."""
    (program.home / name).write_text(text)
    return name


# Files


def test_a_file_that_is_not_there(program: Program) -> None:
    refused(program("ls", "-f", "nowhere.yaml"), 3, "nowhere.yaml", "no such file")


def test_a_file_that_cannot_be_read(program: Program) -> None:
    # Rights would not do: root may read everything. This one nobody can read from its beginning.
    refused(program("ls", "-f", "/proc/self/mem"), 3, "/proc/self/mem")


def test_a_folder_in_the_place_of_a_file_is_no_surprise(program: Program) -> None:
    (program.home / "empty").mkdir()

    refused(program("why", "-f", "empty"), 3, "empty", ".yaml")


def test_a_folder_whose_files_lie_deeper_names_the_flag(program: Program) -> None:
    (program.home / "deep" / "er").mkdir(parents=True)
    written(program, "deep/er/a.yaml", SERVICE.replace("NAMESPACE", "shop"))

    refused(program("ls", "-f", "deep"), 3, "-R")
    assert program("ls", "-f", "deep", "-R").status == 0


def test_yaml_that_is_no_kubernetes_object_has_file_and_line(program: Program) -> None:
    text = SERVICE.replace("NAMESPACE", "shop") + "---\nfruit: [apple, pear]\n"

    refused(program("ls", "-f", written(program, "fruit.yaml", text)), 3, "fruit.yaml:6", "apiVersion")


def test_an_item_of_a_list_that_is_no_object_has_its_place(program: Program) -> None:
    listed = {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Service"}]}

    refused(
        program("ls", "-f", written(program, "list.json", json.dumps(listed))), 3, "list.json", "items[0]"
    )


def test_broken_yaml_has_file_and_line(program: Program) -> None:
    name = written(program, "broken.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web\n")

    ended = program("ls", "-f", name)

    refused(ended, 3, "broken.yaml:")
    assert int(ended.err.split("broken.yaml:")[1].split(":")[0]) in (3, 4)


def test_broken_json_has_file_and_line(program: Program) -> None:
    name = written(program, "broken.json", '{\n  "apiVersion": "v1",\n  "kind" "List"\n}')

    refused(program("ls", "-f", name), 3, "broken.json:3")


def test_a_template_is_recognised(program: Program) -> None:
    name = written(program, "chart.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  {{ name }}: {{ x }}\n")

    refused(program("ls", "-f", name), 3, "chart.yaml:", "helm template")


def test_an_empty_stdin(program: Program) -> None:
    refused(program("ls", "-f", "-"), 3, "stdin")


def test_a_file_that_is_no_text(program: Program) -> None:
    (program.home / "core.yaml").write_bytes(b"\x7fELF\x00\xff\xfe")

    refused(program("ls", "-f", "core.yaml"), 3, "core.yaml")


def test_a_strange_field_is_a_note_and_the_rest_is_answered(program: Program) -> None:
    text = SERVICE.replace("NAMESPACE", "shop").replace("[{port: 80}]", "eighty")

    ended = program("ls", "-f", written(program, "odd.yaml", text), "-o", "json")

    assert (ended.status, ended.err) == (0, "")
    notes = [note["message"] for note in ended.document["notes"] if note["code"] == "SIP903"]
    assert any("spec.ports" in note and "odd.yaml:1" in note for note in notes)


def test_text_of_the_cluster_never_reaches_a_terminal_raw(program: Program) -> None:
    """Escape sequences, line breaks and reversed writing are shown as what they are."""
    key = "k\x1b[31m\u202e\nx"
    pinned = {"metallb.io/loadBalancerIPs": "192.0.2.1"}
    held = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    listed = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "apiVersion": "metallb.io/v1beta1",
                "kind": "IPAddressPool",
                "metadata": {"name": "p\u202eool", "namespace": "metallb-system"},
                "spec": {"addresses": ["192.0.2.1/32"]},
            },
            {
                **_live("a", {"metallb.io/allow-shared-ip": key}),
                "status": held,
            },
            _live("b\x1b[2J", {"metallb.io/allow-shared-ip": "=cmd", **pinned}),
        ],
    }
    name = written(program, "odd.json", json.dumps(listed))

    for words in (
        ["ls", "-o", "wide"],
        ["why"],
        ["fix", "b\x1b[2J"],
        ["ls", "-o", "json"],
        ["why", "-o", "yaml"],
    ):
        ended = program(*words, "-f", name)
        shown = ended.out + ended.err
        raw = {sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cf")} - {"\n"}
        assert raw == set(), words
        assert "202e" in shown
    document = program("ls", "-f", name, "-o", "json").document
    assert document["items"][0]["keys"] == [key]


def _live(name: str, annotations: dict[str, str]) -> dict[str, object]:
    """A Service of namespace shop that the API server has taken."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop", "uid": name, "annotations": annotations},
        "spec": {"type": "LoadBalancer", "clusterIPs": ["10.0.0.1"], "ports": [{"port": len(name)}]},
    }


# Names


def test_a_service_that_is_not_there_names_the_nearest(program: Program) -> None:
    refused(program("why", "web-htp", "-f", CLASSIC), 3, '"web-htp" not found', "web-http")
    refused(program("fix", "web-htp", "-f", CLASSIC), 3, '"web-htp" not found', "web-http")


def test_the_other_names_are_still_answered(program: Program) -> None:
    ended = program("why", "first", "nobody", "second", "-f", FULL, "-o", "json")

    assert ended.status == 3
    assert [item["name"] for item in ended.document["items"]] == ["first", "second"]
    assert '"nobody" not found' in ended.err
    assert 1 <= len(ended.err.splitlines()) <= 2


def test_a_name_in_several_namespaces_is_refused_with_them(program: Program) -> None:
    text = SERVICE.replace("NAMESPACE", "shop") + "---\n" + SERVICE.replace("NAMESPACE", "bank")
    name = written(program, "two.yaml", text)

    refused(program("why", "web", "-f", name), 3, "bank/web, shop/web")
    refused(program("fix", "svc/web", "-f", name), 3, "bank/web, shop/web")
    named = program("why", "bank/web", "-f", name, "-o", "json")
    assert [item["namespace"] for item in named.document["items"]] == ["bank"]
    scoped = program("why", "web", "-f", name, "-n", "shop", "-o", "json")
    assert [item["namespace"] for item in scoped.document["items"]] == ["shop"]


def test_a_name_of_another_namespace_says_where_it_is(program: Program) -> None:
    refused(program("why", "second", "-f", FULL, "-n", "shop"), 3, '"second" not found', "default/second")


def test_nobody_to_share_with(program: Program) -> None:
    refused(program("fix", "second", "-f", FULL, "--share-with", "frist"), 3, '"frist" not found', "first")


def test_an_empty_scope_says_what_lies_outside(program: Program) -> None:
    listed = program("ls", "-f", FULL, "-n", "shop")
    told = program("why", "-f", FULL, "-n", "shop")

    assert (listed.status, listed.out, told.status, told.out) == (0, "", 0, "")
    assert "1 of them Pending: -A" in listed.err
    assert "1 Pending in other namespaces: -A" in told.err


# The command line itself


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ls", "--colour"], "--colour"),
        (["lsd"], "lsd"),
        (["fix", "--yes"], "--all"),
        (["fix", "a", "--all", "--yes"], "--all"),
        (["fix", "a", "--separate", "--share-with", "b"], "--separate"),
        (["fix", "a", "--pin", "--address", "192.0.2.1"], "--address and --pin"),
        (["fix", "a", "--pin", "--key", "k"], "--key"),
        (["fix", "a", "--key", " "], "--key"),
        (["fix", "--pin"], "--pin"),
        (["fix", "a", "--address", "192.0.2.x"], "192.0.2.x"),
        (["fix", "a", "--address", "192.0.2.1,192.0.2.2"], "family"),
        (["fix", "a", "--plan", "plan.json"], "--plan"),
        (["fix", "--plan", "plan.json", "--allow", "unpin"], "--plan"),
        (["ls", "-o", "xml"], "xml"),
        (["ls", "-o", "jsonpath={.items}"], "jsonpath"),
        (["fix", "a", "--allow", "unpin,everything"], "everything"),
        (["fix", "a", "--dry-run=maybe"], "maybe"),
        (["fix", "a", "--timeout", "soon"], "soon"),
        (["ls", "--request-timeout", "soon"], "soon"),
        (["ls", "--metallb-version", "newest"], "newest"),
        (["ls", "--chunk-size", "-1"], "chunk-size"),
        (["ls", "-f"], "-f"),
    ],
)
def test_a_wrong_command_line(program: Program, words: list[str], said: str) -> None:
    refused(program(*words), 2, said)


def test_nobody_shares_with_itself(program: Program) -> None:
    refused(program("fix", "second", "-f", FULL, "--share-with", "svc/second"), 2, "itself")


def test_a_bad_query_names_its_place(program: Program) -> None:
    refused(program("ls", "-f", FULL, "--query", "items[*"), 2, "items[*")


def test_jsonpath_is_answered_with_the_query_to_use(program: Program) -> None:
    ended = program("ls", "-f", FULL, "-o", "jsonpath={.items[*].address}")

    refused(ended, 2, "--query '.items[*].address'")
    query = program("ls", "-f", FULL, "--query", ".items[*].address")
    assert query.document == ["192.168.1.200"]  # type: ignore[comparison-overlap]


def test_all_namespaces_wins_over_one_as_with_kubectl(program: Program) -> None:
    ended = program("ls", "-A", "-n=shop", "-f", FULL, "-o=json")

    assert ended.status == 0
    assert len(ended.document["items"]) == 1


def test_short_flags_may_be_written_with_a_sign_as_kubectl_s(program: Program) -> None:
    assert program("ls", "-f=" + FULL, "-o=yaml") == program("ls", "-f", FULL, "-o", "yaml")


# The cluster


def test_no_kubeconfig(program: Program) -> None:
    refused(program("ls"), 3, "-f")


def test_a_kubeconfig_that_is_not_there(program: Program) -> None:
    refused(program("why", "--kubeconfig", "gone"), 3, "gone")


def test_a_context_that_is_not_there(program: Program) -> None:
    name = written(program, "config", json.dumps(kubeconfig("http://127.0.0.1:1")))

    refused(program("ls", "--kubeconfig", name, "--context", "prod"), 3, "prod")


def kubeconfig(server: str) -> dict[str, object]:
    """A kubeconfig with one context, for this server."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}],
        "clusters": [{"name": "lab", "cluster": {"server": server}}],
        "users": [{"name": "lab", "user": {"token": "not-to-be-seen"}}],
    }


@contextmanager
def listening() -> Iterator[int]:
    """A socket that takes connections and never says a word; gives its port."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(64)
        yield mute.getsockname()[1]


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as once:
        once.bind(("127.0.0.1", 0))
        port: int = once.getsockname()[1]
        return port


@pytest.mark.parametrize("words", [["ls"], ["why"], ["fix", "web", "--yes"]])
def test_a_cluster_that_refuses(program: Program, words: list[str]) -> None:
    server = f"127.0.0.1:{closed_port()}"
    name = written(program, "config", json.dumps(kubeconfig(f"http://{server}")))

    ended = program(*words, "--kubeconfig", name)

    refused(ended, 3, server, "refused")
    assert "not-to-be-seen" not in ended.err


def test_a_cluster_that_never_answers(program: Program) -> None:
    with listening() as port:
        name = written(program, "config", json.dumps(kubeconfig(f"http://127.0.0.1:{port}")))
        begun = time.monotonic()
        ended = program("ls", "--kubeconfig", name, "--request-timeout", "1s")

    refused(ended, 3, f"127.0.0.1:{port}", "1 s", "--request-timeout")
    assert time.monotonic() - begun < LONGEST_S / 2


def test_interrupted_while_waiting(program: Program) -> None:
    """Ctrl-C ends it with the status of its signal, and without a word that is not needed."""
    with listening() as port:
        name = written(program, "config", json.dumps(kubeconfig(f"http://127.0.0.1:{port}")))
        for signal, status in (("INT", 130), ("TERM", 143)):
            process = started(program, "ls", "--kubeconfig", name)
            try:
                waited_for_connection(port, process)
                process.send_signal({"INT": 2, "TERM": 15}[signal])
                out, err = process.communicate(timeout=LONGEST_S)
            finally:
                process.kill()
                process.wait()
            assert (process.returncode, out) == (status, "")
            assert "Traceback" not in err


def started(program: Program, *words: str) -> subprocess.Popen[str]:
    """The program, still running."""
    return subprocess.Popen(
        [*COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=program.home,
        env=dict(program.env),
    )


def waited_for_connection(port: int, process: subprocess.Popen[str]) -> None:
    """Returns once the process is connected: its socket shows in its own table."""
    wanted = f"{port:04X} 01"  # the far end, established
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        for line in Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if f"{fields[2].split(':')[1]} {fields[3]}" == wanted:
                return
    raise TimeoutError


# The end of the output


@pytest.mark.parametrize("words", [["ls", "-o", "json"], ["why", "first", "second"]])
def test_a_closed_pipe_ends_quietly(program: Program, words: list[str]) -> None:
    process = started(program, *words, "-f", FULL)
    assert process.stdout is not None
    process.stdout.close()  # as head does once it has seen enough

    assert process.stderr is not None
    err = process.stderr.read()
    status = process.wait(timeout=LONGEST_S)
    process.stderr.close()

    assert status == 0
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


def test_minus_v_8_shows_the_traceback(program: Program) -> None:
    plain, verbose = (program("ls", "-f", "nowhere.yaml", "-v", level) for level in ("0", "8"))

    refused(plain, 3)
    assert "Traceback" in verbose.err
    assert verbose.status == 3
