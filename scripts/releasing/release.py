"""Make a release from the commit that is checked out: what krew, pip and pipx install.

dist/ then holds kubectl-sharedip-vVERSION.tar.gz (for krew: the program with its libraries), a wheel, an
sdist, the list of what is in the archive (CycloneDX) and SHA256SUMS; krew/sharedip.yaml names the
archive and its sum. Made twice, each is the same byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.releasing import agreement, archive, libraries, manifest, sbom, tree

_EPILOG = """\
example:
  scripts/release            makes it; uncommitted files are not in it
  scripts/release --check    exits 1 where version, tag, changelog and
                             manifest disagree; makes nothing
"""
_PROGRAM = ("kubectl_sharedip", "LICENSE")
_LAUNCHER = {"krew/kubectl-sharedip": archive.RUNS, "krew/start.py": "lib/start.py"}


def main() -> int:
    """Make the release, or check it; 0 when all is well, 1 where it is not."""
    parser = argparse.ArgumentParser(
        prog="scripts/release",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only compare version, tag, changelog, manifest")
    parser.add_argument("--krew-only", action="store_true", help="the archive alone: no wheel, no sdist")
    parser.add_argument("--dist", type=Path, default=tree.ROOT / "dist", help="where to (dist)")
    parser.add_argument("--manifest", type=Path, default=manifest.MANIFEST, help="which to fill in")
    options = parser.parse_args()
    try:
        if options.check:
            return _check()
        _make(options.dist, options.manifest, wheel=not options.krew_only)
    except (tree.Unfit, ValueError, OSError, subprocess.CalledProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _check() -> int:
    found = agreement.disagreements(agreement.said())
    for line in found:
        print(f"error: {line}", file=sys.stderr)
    return 1 if found else 0


def _make(dist: Path, manifest_file: Path, *, wheel: bool) -> None:
    commit, about = tree.head(), tree.metadata()
    version = about["version"]
    for file in tree.uncommitted():
        print(f"not committed, so not in the release as it is here: {file}", file=sys.stderr)
    dist.mkdir(parents=True, exist_ok=True)
    made = [manifest.archive_name(version), f"kubectl-sharedip-v{version}.cdx.json"]
    with tempfile.TemporaryDirectory(prefix="sharedip-release-") as name:
        source, packed = Path(name, "source"), Path(name, "packed")
        source.mkdir()
        tree.export(commit, source)
        parts = _lay_out(source, packed)
        sha256 = archive.pack(packed, dist / made[0], commit.epoch_s)
        text = sbom.document(parts, version=version, archive=made[0], sha256=sha256, epoch_s=commit.epoch_s)
        (dist / made[1]).write_text(text, encoding="utf-8")
        if wheel:
            made += _build(source, dist, commit.epoch_s)
    uri = manifest.archive_uri(about["url"], version)
    text = manifest_file.read_text(encoding="utf-8")
    text = manifest.filled(text, version=version, homepage=about["url"], uri=uri, sha256=sha256)
    manifest_file.write_text(text, encoding="utf-8")
    sums = [f"{hashlib.sha256((dist / one).read_bytes()).hexdigest()}  {one}\n" for one in sorted(made)]
    (dist / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    for one in sorted(made):
        print(f"{(dist / one).stat().st_size:>10,}  {one}")


def _lay_out(source: Path, packed: Path) -> list[libraries.Library]:
    """The archive's files: the launcher and the licence above, the program and its libraries below lib."""
    parts = libraries.gather(source / "requirements" / "run.txt", packed / "lib")
    shutil.copytree(source / _PROGRAM[0], packed / "lib" / _PROGRAM[0])
    shutil.copyfile(source / _PROGRAM[1], packed / _PROGRAM[1])
    for origin, target in _LAUNCHER.items():
        shutil.copyfile(source / origin, packed / target)
    return parts


def _build(source: Path, dist: Path, epoch_s: int) -> list[str]:
    """The wheel and the sdist, by the build system of requirements/test.txt: another one, other bytes."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch_s)}
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--outdir",
        str(source / "built"),
        str(source),
    ]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    built = sorted((source / "built").iterdir())
    for one in built:
        if one.suffix == ".gz":
            archive.pack_again(one, epoch_s)
        shutil.copyfile(one, dist / one.name)
    return [one.name for one in built]


if __name__ == "__main__":
    sys.exit(main())
