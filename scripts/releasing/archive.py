"""One tar.gz for every platform, and the same bytes whenever it is made.

krew refuses links, and keeps what mode a file has: so regular files only, 0755 for what is run
and 0644 for the rest, owned by nobody, sorted, with one time for all.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

RUNS = "kubectl-sharedip"


def pack(folder: Path, target: Path, epoch_s: int) -> str:
    """Pack the files below the folder into the target; returns its SHA-256 in lower-case hex.

    ``epoch_s`` is the time of every file in seconds since 1970. Raises ValueError for a link.
    """
    files = []
    for file in sorted(folder.rglob("*")):
        if file.is_symlink():
            raise ValueError(f"a link, which krew refuses: {file.relative_to(folder)}")
        if file.is_file():
            name = file.relative_to(folder).as_posix()
            files.append((name, name == RUNS, file.read_bytes()))
    return _write(files, target, epoch_s)


def pack_again(sdist: Path, epoch_s: int) -> str:
    """Write an sdist anew, without what tells when and by whom it was made; returns its SHA-256."""
    with tarfile.open(sdist) as tar:
        members = [(member, tar.extractfile(member)) for member in tar.getmembers() if member.isfile()]
        files = [(one.name, bool(one.mode & 0o100), data.read()) for one, data in members if data]
    return _write(sorted(files), sdist, epoch_s)


def _write(files: Iterable[tuple[str, bool, bytes]], target: Path, epoch_s: int) -> str:
    """Files as (name, whether it is run, bytes)."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, runs, data in files:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), epoch_s
            info.mode = 0o755 if runs else 0o644
            tar.addfile(info, io.BytesIO(data))
    # mtime 0: gzip would otherwise write when it packed.
    packed = gzip.compress(plain.getvalue(), compresslevel=9, mtime=0)
    target.write_bytes(packed)
    return hashlib.sha256(packed).hexdigest()
