"""What --help loads: each run pays for it, each completion too. A limit of time would be the machine's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from tests.command_line.program import ROOT

_LOADED = """\
import sys; sys.path[:0] = {places!r}
before = set(sys.modules)
from kubectl_sharedip.cli.main import cli
cli.main(["--help"], standalone_mode=False)
print("loaded", *sorted(set(sys.modules) - before))
"""
_OURS = {
    "kubectl_sharedip.apply.signals",
    "kubectl_sharedip.cli.completed",
    "kubectl_sharedip.cli.failures",
    "kubectl_sharedip.cli.formats",
    "kubectl_sharedip.cli.lazily",
    "kubectl_sharedip.cli.main",
    "kubectl_sharedip.cli.options",
    "kubectl_sharedip.cli.request",
    "kubectl_sharedip.cluster.request",
    "kubectl_sharedip.model.allowance",
    "kubectl_sharedip.model.frozen",
}


def test_help_loads_click_and_the_words_of_the_command_line() -> None:
    code = _LOADED.format(places=[str(ROOT), str(Path(click.__path__[0]).parent)])
    # -S: nothing that this environment loads by itself.
    done = subprocess.run([sys.executable, "-IS", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.splitlines()[-1].split()[1:]
    others = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert others == {"click", "kubectl_sharedip"}
    ours = {name for name in loaded if name.startswith("kubectl_sharedip.") and name.count(".") > 1}
    assert ours == _OURS
