"""All tests of this room once more, with the newest kubernetes library that setup.cfg allows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster_room.other_library import NotReached, with_other_library
from tests.cluster_room.test_library import ROOT
from tests.releasing_room.released import ask_registry

_SEEN = "import importlib.metadata, json, kubernetes; print(json.dumps([kubernetes.__file__, {}]))"
_VERSION = "importlib.metadata.version('kubernetes')"


def test_the_room_holds_with_the_newest_library(tmp_path: Path) -> None:
    try:
        environment = with_other_library(dict(os.environ))
    except NotReached as error:
        ask_registry(tmp_path / "registry")
        if (tmp_path / "registry" / "reached").read_text():
            raise  # it gives other packages: this one is wrong, not the way to it
        pytest.skip(f"no package registry is reached from here: {error}")
    _is_found_first(environment)

    room = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(room), f"--ignore={__file__}"],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 100


def _is_found_first(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SEEN.format(_VERSION)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    place, version = json.loads(done.stdout)
    assert version == "37.0.2"
    assert Path(place).is_relative_to(environment["PYTHONPATH"].split(os.pathsep)[0])
