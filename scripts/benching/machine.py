"""The machine that a figure belongs to, in words that name no host."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from scripts.benching.commands import Tools
from scripts.benching.programs import PYTHON


def described(tools: Tools, server: str) -> str:
    """Cores, memory and the versions of all that takes part; ``server`` is the API server's."""
    kubectl = _said(str(tools.kubectl), "version", "--client").splitlines()[0].rpartition(" ")[2]
    return (
        f"{alone()}, kubectl {kubectl}, {_said(str(tools.jq), '--version')},"
        f" kube-apiserver {server} on the same machine"
    )


def alone() -> str:
    """Cores, memory and Python, where nothing else takes part."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}"
    python = _said(str(PYTHON), "--version")
    return f"{os.cpu_count()} cores{_model()}, {memory_gb:.0f} GB of memory, {system}; {python}"


def _model() -> str:
    """The processor's name, where the system has one."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f" ({names[0]})" if names else ""


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
