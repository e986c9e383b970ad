"""What each --help says: in 80 columns, and no flag but those of cli.md."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib import import_module

import pytest

from kubectl_sharedip.cli.formats import OUTPUTS
from kubectl_sharedip.cli.lazily import SUMMARIES, summary_of
from tests.command_line.program import Program

READING = (
    "--kubeconfig --context --cluster --user -n --namespace -A --all-namespaces -l --selector -s --server"
    " --token --as --as-group --as-uid --certificate-authority --client-certificate --client-key"
    " --insecure-skip-tls-verify --tls-server-name --request-timeout --chunk-size --disable-compression -v"
    " --v -f --filename -R --recursive --metallb-namespace --metallb-version --lb-class -o --output --query"
    " --no-headers --sort-by --show-labels --color"
)
OWN = {
    "ls": "--shared --pending --endpoints -w --watch",
    "why": "--events --habits -w --watch",
    "fix": (
        "--share-with --address --separate --pin --key --allow --all --plan --yes -y --dry-run --timeout"
        " --journal-dir"
    ),
    "undo": "--list --resume --yes -y --dry-run --timeout --journal-dir",
    "check": "--offline --cluster-ip-families --fail-on --ignore --baseline --environments",
    "probe": "--parallel --connect-timeout --tls --http --targets -w --watch",
    "pools": "--for --key -w --watch",
    "snapshot": "--redact --to",
    "explain": "--schema",
    "version": "--client",
}
_ASKS_NOBODY = ("explain",)
_HELP = {"-h", "--help"}


@pytest.mark.parametrize("command", sorted(OWN))
def test_a_command_has_the_flags_of_the_contract(program: Program, command: str) -> None:
    ended = program(command, "--help", columns=80)

    promised = set(f"{OWN[command]} {READING if command not in _ASKS_NOBODY else ''}".split())
    there = _flags(ended.out) - _HELP - ({"-o", "--output"} if command in _ASKS_NOBODY else set())
    assert (ended.status, ended.err) == (0, "")
    assert there == promised


@pytest.mark.parametrize("words", [[], *([command] for command in OWN)])
def test_help_fits_80_columns(program: Program, words: list[str]) -> None:
    ended = program(*words, "--help", columns=80)

    assert ended.status == 0
    assert ended.out.startswith(f"Usage: {' '.join(['kubectl sharedip', *words])}")
    assert [line for line in ended.out.splitlines() if len(line) > 80] == []
    assert [line for line in ended.out.splitlines() if line.endswith("custom-")] == []
    assert "  [WHAT]" not in ended.out
    assert "Traceback" not in ended.err


def test_without_a_command_the_help_is_shown(program: Program) -> None:
    ended = program()

    assert ended.out.startswith("Usage: kubectl sharedip")
    for command in OWN:
        assert re.search(rf"^  {command} ", ended.out, re.MULTILINE)


def test_the_group_tells_what_each_command_says_of_itself() -> None:
    for name, said in SUMMARIES.items():
        command = import_module(f"kubectl_sharedip.cli.commands.{name}")
        assert summary_of(getattr(command, name)) == said
    assert sorted(SUMMARIES) == sorted(OWN)


@pytest.mark.parametrize("command", ["", *sorted(OWN)])
def test_help_imports_nothing_that_thinks(program: Program, command: str) -> None:
    """Of an answer's rooms help needs none; and the help of the group no command at all."""
    code = (
        "import sys; from kubectl_sharedip.cli import main;"
        f"main._run([*{command.split()!r}, '--help']); print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=dict(program.env), capture_output=True, text=True, check=True
    )

    ours = {name for name in ended.stderr.split() if name.startswith("kubectl_sharedip.")}
    rooms = {name.split(".")[1] for name in ours}
    assert rooms <= {"cli", "apply", "cluster", "model"}
    commands = {name for name in ours if name.startswith("kubectl_sharedip.cli.commands.")}
    assert commands == ({f"kubectl_sharedip.cli.commands.{command}"} if command else set())
    assert not {"kubernetes", "tabulate", "jmespath", "yaml", "urllib3"} & set(ended.stderr.split())


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_help_has_two_examples_that_the_command_understands(name: str) -> None:
    command = getattr(import_module(f"kubectl_sharedip.cli.commands.{name}"), name)
    text = (command.help or "").partition("Examples:")[2]
    lines = [line.strip() for line in text.splitlines() if line.strip()]

    assert len(lines) >= 2
    assert len([line for line in lines if f"kubectl sharedip {name}" in line]) >= 2
    for line in lines:
        _, word, *words = shlex.split(line.rpartition("| ")[2])
        assert word == "sharedip"
        other = import_module(f"kubectl_sharedip.cli.commands.{words[0]}")
        context = getattr(other, words[0]).make_context(words[0], words[1:])
        assert context.args == []


@pytest.mark.parametrize("name", sorted(set(OUTPUTS) - {"explain"}))
def test_help_tells_a_command_s_own_options_first(program: Program, name: str) -> None:
    text = program(name, "--help", columns=80).out

    own, common = text.split("Options of every command:")
    assert _flags(own) - _HELP == set(OWN[name].split()) | {"-o", "--output"}
    assert {"--context", "-n", "-l"} <= _flags(common)


def test_flags_may_stand_before_the_command(program: Program) -> None:
    file = program.home / "a.yaml"
    file.write_text("apiVersion: v1\nkind: ServiceList\nitems: []\n")

    before = program("-f", str(file), "--no-headers", "ls", "-o", "json")
    after = program("ls", "-f", str(file), "--no-headers", "-o", "json")

    assert before.status == 0
    assert before == after


def test_version_is_one_line(program: Program) -> None:
    ended = program("version", "--client")

    assert ended.status == 0
    assert re.fullmatch(r"kubectl-sharedip \d+\.\d+\.\d+.*\n", ended.out)


def _flags(text: str) -> set[str]:
    """The flags that a help lists, each line's own; not those that its sentences mention."""
    found: set[str] = set()
    for line in text.splitlines():
        listed = re.match(r"  (-[^\s].*?)(?:  |$)", line)
        if listed:
            found.update(re.findall(r"(?:^|[\s,])(-{1,2}[a-z][a-z-]*|-[A-Z])", listed[1]))
    return found
