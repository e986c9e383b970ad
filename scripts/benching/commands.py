"""What is measured: what people type without this program, and this program's commands.

Each says how its answer is known, so that no error message counts as a quick answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.benching import contents
from scripts.benching.measuring import Command
from scripts.benching.programs import PYTHON, Installed

JSON_AND_JQ, COLUMNS, TABLE = "A", "B", "C"
BARE, THROUGH = "python -c pass", "kubectl sharedip ls -A"
#: What A, B and C are, for whoever reads a table.
MEANT = {
    JSON_AND_JQ: "`kubectl get svc -A -o json | jq`, grouped by address and key",
    COLUMNS: "`kubectl get svc -A --field-selector spec.type=LoadBalancer -o custom-columns=...`",
    TABLE: "`kubectl get svc -A`",
}
_KEY = "metallb.io/allow-shared-ip"
_GROUPED = f"""
[.items[] | select(.spec.type == "LoadBalancer") | {{
  address: (.status.loadBalancer.ingress[0].ip // "<pending>"),
  key: (.metadata.annotations["{_KEY}"] // "-"),
  service: "\\(.metadata.namespace)/\\(.metadata.name)"}}]
| group_by(.address, .key)[]
| "\\(.[0].address) \\(.[0].key) \\([.[].service] | join(","))"
"""
_COLUMNS = ",".join(
    (
        "NAMESPACE:.metadata.namespace",
        "NAME:.metadata.name",
        "ADDRESS:.status.loadBalancer.ingress[*].ip",
        "KEY:.metadata.annotations.metallb\\.io/allow-shared-ip",
    )
)
#: The commands of this program that are measured at every size, as tables call them.
OURS = ("ls -A", "ls -A -o json", "why", "fix", "check -A", "pools", "completion")
HELP = "--help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The other programs."""

    kubectl: Path
    jq: Path


def theirs(tools: Tools, *, assigned: int, waiting: int, others: int) -> Iterator[Command]:
    """A, B and C, in a cluster with so many Services; ``others`` are of another type."""
    kubectl = str(tools.kubectl)
    groups = -(-assigned // contents.AN_ADDRESS) + waiting
    everything = ("get", "svc", "-A")
    yield Command(
        name=JSON_AND_JQ,
        pipeline=((kubectl, *everything, "-o", "json"), (str(tools.jq), "-r", _GROUPED)),
        is_answer=lambda said: _lines(said) == groups,
    )
    balanced = ("--field-selector", "spec.type=LoadBalancer", "-o", f"custom-columns={_COLUMNS}")
    yield Command(
        name=COLUMNS,
        pipeline=((kubectl, *everything, *balanced),),
        is_answer=lambda said: _lines(said) == assigned + waiting + 1,
    )
    yield Command(  # the API server's own Service, and the header
        name=TABLE,
        pipeline=((kubectl, *everything),),
        is_answer=lambda said: _lines(said) == assigned + waiting + others + 2,
    )


def ours(installed: Installed, *, assigned: int, waiting: int) -> Iterator[Command]:
    """This program's commands in the order of OURS."""
    waits = (contents.WAITING, "-n", contents.NAMESPACES[0])
    of_a_team = ("why", "-n", contents.NAMESPACES[0], "")
    known = _lines
    answers = {
        "ls -A": (("ls", "-A"), lambda said: known(said) >= assigned + waiting + 1, (0,)),
        "ls -A -o json": (("ls", "-A", "-o", "json"), lambda said: '"AddressList"' in said[:200], (0,)),
        "why": (("why", *waits), lambda said: "is Pending" in said, (0,)),
        "fix": (("fix", *waits, "--dry-run=client"), lambda said: _KEY in said, (0, 1)),
        "check -A": (("check", "-A"), lambda said: f"/{contents.WAITING}" in said, (1,)),
        "pools": (("pools",), lambda said: "pool-0" in said, (0,)),
    }
    for name in OURS[:-1]:
        words, is_answer, statuses = answers[name]
        yield Command(
            name=named(name, installed.way),
            pipeline=((str(installed.plugin), *words),),
            is_answer=is_answer,
            statuses=statuses,
        )
    yield Command(
        name=named(OURS[-1], installed.way),
        pipeline=((str(installed.completion), *of_a_team),),
        is_answer=lambda said: "service-0\t" in said,
    )


def apart(tools: Tools, installed: tuple[Installed, ...]) -> Iterator[Command]:
    """What does not depend on the cluster's size: bare Python, help, and what kubectl adds to a plugin."""
    yield Command(name=BARE, pipeline=((str(PYTHON), "-c", "pass"),), is_answer=lambda said: not said)
    for one in installed:
        yield Command(
            name=named(HELP, one.way),
            pipeline=((str(one.plugin), "--help"),),
            is_answer=lambda said: "Commands:" in said,
        )
    through = (str(tools.kubectl), "sharedip", "ls", "-A")
    yield Command(name=THROUGH, pipeline=(through,), is_answer=lambda said: "service-0" in said)


def named(command: str, way: str) -> str:
    """The name under which a command of one installation is measured."""
    return f"{command} ({way})"


def _lines(text: str) -> int:
    return text.count("\n")
