"""What stands between a key press and the answer of ``ls -A``: whole processes that go one step further each.

The difference between a row and the one before it is what that step costs. It exists to tell what a figure
cannot fall below. Refuses to time within a process: what is loaded late would be counted where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scripts.benching.measuring import Command, Figures
from scripts.benching.programs import PYTHON, Installed

_READ = """
from kubectl_sharedip.cli.reading import ALWAYS, reading_of
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.connection import connect
from kubectl_sharedip.cluster.read import read_cluster
from kubectl_sharedip.cluster.request import ConnectionRequest
connection = connect(ConnectionRequest())
"""
# Each begins as the one before it; what ends a process differs in none.
_STEPS: Sequence[tuple[str, str]] = (
    ("interpreter", ""),
    ("click, the words of the command line", "import kubectl_sharedip.cli.main\n"),
    ("what ls thinks with", "import kubectl_sharedip.cli.ls, kubectl_sharedip.diagnose.run\n"),
    ("kubeconfig, http.client, ssl", _READ),
    ("TLS and one request", "connection.request('GET', '/version')\n"),
    ("all requests: server, transfer, JSON", "raw = read_cluster(connection, ALWAYS)\n"),
    (
        "model: Services, pools, books, self-check",
        "wanted = {'scope': None, 'default': 'default', 'connection': connection}\n"
        "reading_of(Request(all_namespaces=True), raw, **wanted)\n",
    ),
)
LAST = "addresses, reasons, document, table"


def commands(installed: Installed) -> Iterator[Command]:
    """A process for each step, with the libraries of krew's installation; ``ls -A`` is the last."""
    library = Path(installed.plugin).resolve().parent / "lib"
    code = f"import gc, os, sys\ngc.disable()\nsys.path.insert(0, {str(library)!r})\n"
    for name, more in _STEPS:
        code += more
        whole = f"{code}os._exit(0)\n" if more else "pass"
        yield Command(
            name=name,
            pipeline=((str(PYTHON), "-IS", "-c", whole),),
            is_answer=lambda said: not said,
        )
    yield Command(
        name=LAST, pipeline=((str(installed.plugin), "ls", "-A"),), is_answer=lambda said: "service-0" in said
    )


def table(by_size: Mapping[str, Mapping[str, Figures]]) -> Iterator[tuple[str, ...]]:
    """Rows of the step's name and, for each size, what it adds and how far the process is then."""
    for name in (*(name for name, _ in _STEPS), LAST):
        yield (name, *(_cell(found, name) for found in by_size.values()))


def _cell(found: Mapping[str, Figures], name: str) -> str:
    names = list(found)
    place = names.index(name)
    before_s = found[names[place - 1]].wall_s if place else 0.0
    here_s = found[name].wall_s
    return f"+{(here_s - before_s) * 1000:.0f} ms, {here_s * 1000:.0f}"
