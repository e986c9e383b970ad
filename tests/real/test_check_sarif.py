"""check -o sarif against the schema of SARIF 2.1.0, as the Go module go-sarif carries it.

The schema is read out of the module, which is downloaded like the other parts: its licence and its
size are no matter of this tree.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.command_line.checking import KEY, PIN, POOL, check, manifest, written
from tests.diagnose_room.case import all_cases

_MODULE = "github.com/owenrumney/go-sarif/v3@v3.3.1"
_SCHEMA = "pkg/report/v210/sarif/schema.go"
_GO_S = 300.0


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Draft4Validator:
    told = subprocess.run(
        ["go", "mod", "download", "-json", _MODULE],
        cwd=tmp_path_factory.mktemp("go"),
        capture_output=True,
        text=True,
        check=True,
        timeout=_GO_S,
    )
    source = (Path(json.loads(told.stdout)["Dir"]) / _SCHEMA).read_text()
    text = re.search(r"`\s*(\{.*\})\s*`", source, re.DOTALL)
    assert text is not None
    schema: dict[str, Any] = json.loads(text[1])
    assert "2.1.0" in schema["title"]
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


def faults(validator: Draft4Validator, log: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(log)]


def test_a_log_of_every_finding_is_sarif(validator: Draft4Validator) -> None:
    codes = set()
    for case in all_cases():
        log = check("--offline", "-f", str(case.file), "-o", "sarif").document
        assert faults(validator, log) == [], case.name
        codes |= {result["ruleId"] for result in log["runs"][0]["results"]}
    assert len(codes) > 70


def test_a_log_without_findings_and_one_of_stdin_are_sarif(
    validator: Draft4Validator, tmp_path: Path
) -> None:
    quiet = written(tmp_path, "a b.yaml", POOL, manifest("web"))
    loud = written(tmp_path, "c.yaml", POOL, manifest("web", annotations={KEY: "1", PIN: "203.0.113.1"}))

    broken = written(tmp_path, "d.yaml", POOL, manifest("web"), "just: text\n")
    for file in (quiet, loud, broken):
        assert faults(validator, check("--offline", "-f", file, "-o", "sarif").document) == []


def test_the_schema_refuses_what_is_not_sarif(validator: Draft4Validator, tmp_path: Path) -> None:
    file = written(tmp_path, "c.yaml", POOL, manifest("web", annotations={KEY: "1", PIN: "203.0.113.1"}))
    log = check("--offline", "-f", file, "-o", "sarif").document

    log["runs"][0]["results"][0]["level"] = "info"
    assert faults(validator, log)
