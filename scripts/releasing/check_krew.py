"""Hold the archive and the manifest against krew's rules, then install them as krew does and run them.

Needs kubectl on PATH. Where `kubectl krew` is there too, the real one installs, upgrades and
uninstalls from an index of its own.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.releasing import krew_real, krew_rules, krew_store, manifest, tree

_EPILOG = """\
example:
  scripts/release && scripts/check-krew
"""
_EXAMPLE = tree.ROOT / "examples" / "classic-conflict"
# What is run, and what its output must hold.
_RUNS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("plugin", "list", "--name-only"), "kubectl-sharedip"),
    (("sharedip", "version", "--client"), "kubectl-sharedip"),
    (("sharedip", "ls", "-f", str(_EXAMPLE)), "192.168.1.205"),
    (("__complete", "sharedip", "expl"), "explain"),
)


def main() -> int:
    """0 where every rule holds and everything ran, else 1."""
    parser = argparse.ArgumentParser(
        prog="scripts/check-krew",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--archive", type=Path, help="which archive (that of this version in dist/)")
    parser.add_argument("--manifest", type=Path, default=manifest.MANIFEST)
    options = parser.parse_args()
    body = manifest.read(options.manifest)
    archive = options.archive or tree.ROOT / "dist" / manifest.archive_name(body["spec"]["version"][1:])
    if not archive.exists():
        print(f"error: {archive} is not there: run scripts/release", file=sys.stderr)
        return 1
    found = [*_static(body, archive, options.manifest.name)]
    if not found:
        with tempfile.TemporaryDirectory(prefix="sharedip-krew-") as folder:
            found = [*_installed(body, archive, Path(folder))]
            if shutil.which("kubectl-krew"):
                found += krew_real.breaches(body, archive, Path(folder, "real"))
            else:
                print("kubectl krew is not on PATH: the real one was not tried")
    for line in found:
        print(f"error: {line}", file=sys.stderr)
    if not found:
        print(f"{archive.name}: krew's rules hold, and what is installed runs")
    return 1 if found else 0


def _static(body: dict[str, Any], archive: Path, file_name: str) -> Iterator[str]:
    yield from krew_rules.manifest_breaches(body, file_name)
    yield from krew_rules.archive_breaches(archive, body["spec"]["platforms"][0]["bin"])
    yield from krew_rules.sum_breaches(body, archive)


def _installed(body: dict[str, Any], archive: Path, folder: Path) -> Iterator[str]:
    """Unpacked into a store, linked, and run by kubectl with nothing else but PATH and a HOME."""
    if not shutil.which("kubectl"):
        yield "kubectl is not on PATH"
        return
    shown = krew_store.install(archive, body, folder / "krew")
    # The one line of the caveats.
    (shown / "kubectl_complete-sharedip").symlink_to("kubectl-sharedip")
    (folder / "home").mkdir()
    environment = {"PATH": krew_store.path_with(shown), "HOME": str(folder / "home")}
    for words, wanted in _RUNS:
        done = subprocess.run(
            ["kubectl", *words], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode or wanted not in done.stdout:
            said = (done.stderr or done.stdout).strip()
            yield f"kubectl {' '.join(words)}: exit {done.returncode}, no {wanted!r}: {said}"


if __name__ == "__main__":
    sys.exit(main())
