"""``probe --targets DIR``: what would be tried, as files for Prometheus and its blackbox exporter."""

from __future__ import annotations

import json
from pathlib import Path

from kubectl_sharedip.cli.failures import Exit, InputError, report
from kubectl_sharedip.cli.output import print_answer, print_notes, say
from kubectl_sharedip.cli.probe import Sight
from kubectl_sharedip.render.structured import to_json, to_yaml
from kubectl_sharedip.report import monitoring
from kubectl_sharedip.report.envelope import notes_of


def write(folder: str, sight: Sight, timeout_s: float) -> int:
    """Writes the files into the folder, which is made where it is not there; prints their paths.

    A file appears whole or not at all: Prometheus reads them when they change. Returns 0, or 3 where a
    name cannot be probed. Raises InputError where the folder cannot be written to.
    """
    targets = sight.targets
    texts = {
        "targets.json": to_json(monitoring.file_sd(targets)),
        "records.jsonl": "".join(f"{json.dumps(record)}\n" for record in monitoring.records(targets)),
        "blackbox.yml": to_yaml(monitoring.modules(targets, timeout_s)),
        "scrape.yml": to_yaml(monitoring.scrape_job()),
        "rules.yml": to_yaml(monitoring.alert_rules()),
    }
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            _put(place / name, text)
    except OSError as error:
        todo = "give --targets a folder that can be written to"
        raise InputError(f"--targets {folder}: {error.strerror or error}", todo) from error
    print_answer("".join(f"{place / name}\n" for name in texts))
    left_out = len(targets) - len(monitoring.scraped(targets))
    if left_out:
        say([f"{left_out} of {len(targets)} are not for the blackbox exporter: see records.jsonl"])
    say(sight.remarks)
    print_notes({"notes": notes_of(sight.reading.snapshot, sight.reading.notes)})
    for failure in sight.errors:
        report(failure)
    return Exit.NO_INPUT if sight.errors else Exit.OK


def _put(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
