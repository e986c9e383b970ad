"""``ls -o mermaid`` is read by Mermaid itself: what it draws is what the answer says, whatever names hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.render.mermaid import address_chart
from kubectl_sharedip.render.text import quoted, visible
from tests.diagnose_room.program import ask
from tests.realcluster.charts import LOCKED, parsed
from tests.render_room.test_address_forms import HOSTILE, hostile

pytestmark = pytest.mark.real

_ROOT = Path(__file__).parents[2]
_CASES = sorted((_ROOT / "tests" / "cases").glob("*/input.yaml"))[::2]
Chart = dict[str, Any]


def _texts(chart: Chart) -> dict[str, str]:
    """What each node shows, by its id."""
    assert "error" not in chart, chart["error"]
    for part in (*chart["nodes"].values(), *chart["edges"]):
        assert part["tags"] == []  # nothing that anybody wrote is HTML
    return {name: node["text"] for name, node in chart["nodes"].items()}


def test_a_name_is_a_name_to_mermaid() -> None:
    for text, chart in zip(HOSTILE, parsed([address_chart(hostile(text)) for text in HOSTILE]), strict=True):
        shown = visible(text)
        texts = _texts(chart)

        assert sorted(texts.values()) == sorted(
            [
                f"192.0.2.1\npool {shown}\nshared (2)",
                "192.0.2.2\npool lab\nalone",
                *[f"key {visible(quoted(text))}"] * 2,
                "shop/a\n53/UDP",
                "shop/b\n53/UDP",
                "shop/c\n53/UDP",
                "shop/waits\n53/UDP\nPending",
                "shop/other\n53/UDP\nnot handled by MetalLB",
            ]
        )
        labels = {edge["text"] for edge in chart["edges"] if edge["text"]}
        assert labels == {
            f'kept apart\nSIP203\nkey "{shown}" is not its own',
            f"key {visible(quoted(text))} on both\nMetalLB moves nobody to unite them",
        }


def test_what_is_drawn_is_what_the_document_says() -> None:
    """Of every other case: each Service with its ports, its key and its address; and who is kept apart."""
    documents = [ask("ls", "-f", str(file), "-o", "json").document for file in _CASES]
    charts = parsed(list(map(address_chart, documents)))

    apart = 0
    for document, chart in zip(documents, charts, strict=True):
        texts = _texts(chart)
        edges = {(texts[edge["from"]], texts[edge["to"]], edge["arrow"]) for edge in chart["edges"]}
        drawn = {text.partition("\n")[0] for text in texts.values()}
        for item in document["items"]:
            state = f"shared ({len(item['services'])})" if item["shared"] else "alone"
            pool = f"pool {visible(item['pool'])}" if item["pool"] else "in no pool"
            address = f"{item['address']}\n{pool}\n{state}"
            assert address in texts.values()
            for service in item["services"]:
                name = f"{service['namespace']}/{service['name']}"
                ports = ", ".join(service["ports"])
                shown = f"{name}\n{ports}" if ports else name
                to = f"key {visible(quoted(service['key']))}" if service["key"] else address
                assert (shown, to, "arrow_point") in edges
                assert not service["key"] or (to, address, "arrow_open") in edges
        for waiting in (*document["pending"], *document["notHandled"]):
            assert f"{waiting['namespace']}/{waiting['name']}" in drawn
        crosses = [edge for edge in chart["edges"] if edge["arrow"] == "arrow_cross"]
        apart += len(crosses)
        for edge in crosses:
            name = texts[edge["from"]].partition("\n")[0]
            (waiting,) = [one for one in document["pending"] if f"{one['namespace']}/{one['name']}" == name]
            assert edge["text"].startswith(f"kept apart\n{waiting['reason']['code']}")
    assert len(documents) > 50
    assert apart > 10


def test_a_chart_that_is_none_is_an_error() -> None:
    """So that the tests above could fail."""
    (broken,) = parsed(['flowchart LR\n  a["x"] --> "b\n'])

    assert "error" in broken


def test_the_lock_holds_every_package_by_its_content() -> None:
    lock = json.loads((LOCKED / "package-lock.json").read_text())
    wanted = json.loads((LOCKED / "package.json").read_text())["dependencies"]
    packages = {name: one for name, one in lock["packages"].items() if name}

    assert lock["packages"][""]["dependencies"] == wanted
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())
