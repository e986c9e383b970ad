"""An authority of a test's own, and certificates from it, made by openssl.

Why it exists: an API server knows people by certificates, too, and a test wants one that has run out.
It refuses to sign for anything but one run: all of it is valid for days.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .parts import PartMissing

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_RUN_OUT_DAYS = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """Whose signature counts; ``folder`` holds what it has signed."""

    folder: Path
    own: Pair

    @classmethod
    def make(cls, folder: Path) -> Authority:
        """A new one in ``folder``, which is made. Raises PartMissing where openssl is not there or fails."""
        folder.mkdir(parents=True, exist_ok=True)
        own = Pair(certificate=folder / "authority.crt", key=folder / "authority.key")
        to = ("-keyout", str(own.key), "-out", str(own.certificate))
        _openssl("req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=sharedip-real-people", *to)
        return cls(folder=folder, own=own)

    def sign(self, subject: str, *, run_out: bool = False, names: str = "") -> Pair:
        """A certificate for a subject such as "/O=group/CN=name", from yesterday back where ``run_out``.

        ``names`` are those of a server ("IP:127.0.0.1"), as in subjectAltName.
        """
        stem = subject.strip("/").replace("/", "-").replace("=", "-") + ("-run-out" if run_out else "")
        pair = Pair(certificate=self.folder / f"{stem}.crt", key=self.folder / f"{stem}.key")
        request = self.folder / f"{stem}.csr"
        named = ("-addext", f"subjectAltName={names}") if names else ()
        _openssl("req", *_KEY, "-subj", subject, *named, "-keyout", str(pair.key), "-out", str(request))
        by = ("-CA", str(self.own.certificate), "-CAkey", str(self.own.key), "-CAcreateserial")
        days = str(_RUN_OUT_DAYS if run_out else 2)
        signed = ("-in", str(request), "-out", str(pair.certificate), "-copy_extensions", "copy")
        _openssl("x509", "-req", *by, "-days", days, *signed)
        return pair


def _openssl(*arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise PartMissing("openssl is not on PATH: it makes keys and certificates")
    command = [program, *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PartMissing(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
