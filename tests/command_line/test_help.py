"""What each --help says: in 80 columns, and no flag but those of cli.md."""

from __future__ import annotations

import re

import pytest

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
# Flags of cli.md that issues to come bring; one that is there by now belongs off this list.
TO_COME = {
    "ls": {"-l", "--selector", "--sort-by", "--show-labels", "--endpoints", "-w", "--watch"},
    "why": {"-l", "--selector", "--sort-by", "--show-labels"},
    "fix": {"-l", "--selector", "--sort-by", "--show-labels"},
    "undo": {"-l", "--selector", "--sort-by", "--show-labels"},
    "check": {"-l", "--selector", "--sort-by", "--show-labels"},
    "probe": {"-l", "--selector", "--sort-by", "--show-labels"},
    "pools": {"-l", "--selector", "--sort-by", "--show-labels"},
    "snapshot": {"-l", "--selector", "--sort-by", "--show-labels"},
    "explain": set(),
    "version": {"-l", "--selector", "--sort-by", "--show-labels", "-o", "--output"},
}
_ASKS_NOBODY = ("explain",)
_HELP = {"-h", "--help"}


@pytest.mark.parametrize("command", sorted(OWN))
def test_a_command_has_the_flags_of_the_contract(program: Program, command: str) -> None:
    ended = program(command, "--help", columns=80)

    promised = set(f"{OWN[command]} {READING if command not in _ASKS_NOBODY else ''}".split())
    there = _flags(ended.out) - _HELP - ({"-o", "--output"} if command in _ASKS_NOBODY else set())
    assert (ended.status, ended.err) == (0, "")
    assert there - promised == set()
    assert promised - there == TO_COME[command]


@pytest.mark.parametrize("words", [[], *([command] for command in OWN)])
def test_help_fits_80_columns(program: Program, words: list[str]) -> None:
    ended = program(*words, "--help", columns=80)

    assert ended.status == 0
    assert ended.out.startswith(f"Usage: {' '.join(['kubectl sharedip', *words])}")
    assert [line for line in ended.out.splitlines() if len(line) > 80] == []
    assert "Traceback" not in ended.err


def test_without_a_command_the_help_is_shown(program: Program) -> None:
    ended = program()

    assert ended.out.startswith("Usage: kubectl sharedip")
    for command in OWN:
        assert re.search(rf"^  {command} ", ended.out, re.MULTILINE)


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
