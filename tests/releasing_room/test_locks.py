"""What is installed is what the locks say, byte for byte: a file that none of them knows is refused."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pip
import pytest

from scripts.releasing import libraries, locks
from tests.releasing_room.released import ROOT

#: They limit versions in tests; nothing is installed from them.
_CONSTRAINTS = {"oldest.txt", "newest.txt"}
_WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_SAID = "HASH"  # as pip says it: THESE PACKAGES DO NOT MATCH THE HASHES, and of one that has none


@pytest.mark.parametrize("name", locks.LOCKS)
def test_each_package_of_a_lock_has_the_sums_of_its_files(name: str) -> None:
    pins = locks.pins(locks.FOLDER / name)
    assert pins
    for pin in pins:
        assert pin.sums, pin.requirement
        assert list(pin.sums) == sorted(set(pin.sums)), pin.requirement
    every = [one for pin in pins for one in pin.sums]
    assert len(every) == len(set(every))


def test_each_file_is_a_lock_or_constraints_and_names_no_place() -> None:
    files = {file.name: file.read_text() for file in locks.FOLDER.iterdir()}
    assert set(files) == {*locks.LOCKS, *_CONSTRAINTS}
    for name, text in files.items():
        locks.pins(locks.FOLDER / name)  # nothing but pins, or this raises
        assert "://" not in text and " @ " not in text, name


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.invalid/simple",
        "six",
        "six>=1.17.0",
        "six==1.17.0,!=1.17.1",
        "six @ https://registry.invalid/six.whl",
        "six==1.17.0 --hash=md5:0123456789abcdef0123456789abcdef",
        "six==1.17.0 --hash=sha256:short",
        "-r https://registry.invalid/lock.txt",
    ],
)
def test_what_is_no_pin_is_no_lock(line: str) -> None:
    with pytest.raises(ValueError):
        locks.pin_of(line, "run.txt")


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    sums = [hashlib.sha256(word).hexdigest() for word in (b"a", b"b")]
    (tmp_path / "lock.txt").write_text(
        "# Why.\n-r run.txt\n" + locks.written('six==1.17.0 ; python_version < "3.11"', sums)
    )
    (pin,) = locks.pins(tmp_path / "lock.txt")
    assert (pin.requirement.name, pin.version, set(pin.sums)) == ("six", "1.17.0", set(sums))
    assert str(pin.requirement.marker) == 'python_version < "3.11"'


def wheel(folder: Path) -> str:
    """A library of one file, beside which nothing else is to be had; its sum."""
    folder.mkdir()
    file = folder / "tiny-1.0-py3-none-any.whl"
    about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nLicense: MIT\n"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("tiny.py", "")
        packed.writestr("tiny-1.0.dist-info/METADATA", about)
        packed.writestr("tiny-1.0.dist-info/WHEEL", _WHEEL)
        packed.writestr("tiny-1.0.dist-info/LICENSE", "As you like.")
        packed.writestr("tiny-1.0.dist-info/RECORD", "")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_sums_that_are_written_are_those_of_the_registry_and_none_is_forgotten(tmp_path: Path) -> None:
    """A registry that is a folder: links with sums, as the real ones have them."""
    old, new, later = (hashlib.sha256(word).hexdigest() for word in (b"old", b"new", b"later"))
    page, lock = tmp_path / "simple" / "tiny" / "index.html", tmp_path / "lock.txt"
    page.parent.mkdir(parents=True)
    lock.write_text("# Why.\n-r run.txt\ntiny==1.0\n")

    def hashed(*links: str) -> subprocess.CompletedProcess[str]:
        page.write_text("".join(f'<a href="{link}">{link}</a>' for link in links))
        return subprocess.run(
            [sys.executable, str(ROOT / "scripts" / "hash-locks"), str(lock)],
            env={**os.environ, "PIP_INDEX_URL": page.parents[1].as_uri(), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    wheel_, sdist = f"tiny-1.0-py3-none-any.whl#sha256={old}", f"tiny-1.0.tar.gz#sha256={new}"
    first = hashed(wheel_, sdist, f"tiny-1.1.tar.gz#sha256={later}")
    assert first.returncode == 0, first.stderr
    assert lock.read_text() == "# Why.\n-r run.txt\n" + locks.written("tiny==1.0", [old, new])
    gone = hashed(sdist)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert f"no file has {old} any more" in gone.stderr
    assert hashed(wheel_, sdist).returncode == 0  # and it still stands


@pytest.mark.parametrize("known", ["its sum", "another sum", "no sum"])
def test_a_release_takes_no_file_that_the_lock_does_not_know(
    known: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sum_of_it = wheel(tmp_path / "wheels")
    sums = {"its sum": [sum_of_it], "another sum": [sum_of_it[::-1]], "no sum": []}[known]
    (tmp_path / "lock.txt").write_text(locks.written("tiny==1.0", sums))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    if known == "its sum":
        (one,) = libraries.gather(tmp_path / "lock.txt", tmp_path / "packed")
        assert (one.name, one.version) == ("tiny", "1.0")
        return
    with pytest.raises(subprocess.CalledProcessError):
        libraries.gather(tmp_path / "lock.txt", tmp_path / "packed")
    assert _SAID in capfd.readouterr().err.upper()
    assert not (tmp_path / "packed" / "tiny.py").exists()


def environment_of(checkout: Path) -> None:
    """A .venv as of an earlier lock; to make a whole one takes longest, so this one borrows a pip."""
    venv.create(checkout / ".venv", with_pip=False)
    (checkout / ".venv" / "run.txt").touch()
    (packages,) = checkout.glob(".venv/lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"{Path(pip.__path__[0]).parent}\n")


@pytest.mark.parametrize("known", ["its sum", "another sum"])
def test_nor_does_the_environment_of_a_checkout(known: str, tmp_path: Path) -> None:
    sum_of_it = wheel(tmp_path / "wheels")
    checkout = tmp_path / "checkout"
    (checkout / "requirements").mkdir(parents=True)
    (checkout / "scripts").mkdir()
    for name in ("environment.sh", "sharedip"):
        (checkout / "scripts" / name).write_bytes((ROOT / "scripts" / name).read_bytes())
    (checkout / "scripts" / "sharedip").chmod(0o755)
    (checkout / "kubectl_sharedip").mkdir()
    (checkout / "kubectl_sharedip" / "__main__.py").write_text("import tiny; print('it runs')")
    sums = [sum_of_it if known == "its sum" else sum_of_it[::-1]]
    (checkout / "requirements" / "run.txt").write_text(locks.written("tiny==1.0", sums))
    (checkout / "requirements" / "test.txt").write_text("-r run.txt\n")
    (tmp_path / "home").mkdir()
    environment_of(checkout)

    done = subprocess.run(
        [str(checkout / "scripts" / "sharedip")],
        env={
            "HOME": str(tmp_path / "home"),
            "PATH": os.environ["PATH"],
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(tmp_path / "wheels"),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    if known == "its sum":
        assert (done.returncode, done.stdout) == (0, "it runs\n"), done.stderr
        return
    assert (done.returncode, done.stdout) == (3, "")
    assert _SAID in done.stderr.upper()
    assert "sharedip: cannot install requirements/run.txt" in done.stderr
    assert not (checkout / ".venv" / "run.txt").exists()
