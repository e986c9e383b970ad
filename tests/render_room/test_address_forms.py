"""The forms of ``ls`` for other programs and pages: what strangers wrote in a name stays a name there."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from kubectl_sharedip.render.address_page import address_page
from kubectl_sharedip.render.address_tree import address_tree
from kubectl_sharedip.render.addresses import address_csv
from kubectl_sharedip.render.mermaid import address_chart
from kubectl_sharedip.render.names import names
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.text import hidden, quoted, visible

Json = dict[str, Any]

#: Keys are free text, so anybody who may edit a Service may write these.
HOSTILE = (
    'a"] --> b["x',
    "`code` <b>bold</b> &lt; #quot; #35;",
    "]:::evil; click a call x()",
    "| cell | -- %% {{x}}",
    "=cmd()|' /C calc'!A0",
    "@everyone http://a.example www.b.example",
    "\x1b[31mred\u202egnirts\n# heading",
    "名前-キー",
    "end",
    "trailing ",
)


def service(name: str, key: str | None = None, **more: Any) -> Json:
    form: Json = {
        "namespace": "shop",
        "name": name,
        "key": key,
        "ports": ["53/UDP"],
        "externalTrafficPolicy": "Cluster",
        "selector": {"app": "x"},
        "class": None,
        "addresses": ["192.0.2.1"],
        "requested": {"addresses": [], "pool": None, "from": None},
        "terminating": False,
    }
    return {**form, **more}


def document(*items: Json, pending: tuple[Json, ...] = (), not_handled: tuple[Json, ...] = ()) -> Json:
    source: Json = {"context": "lab", "server": None, "files": [], "takenAt": None}
    return {
        "kind": "AddressList",
        "source": source,
        "items": list(items),
        "pending": list(pending),
        "notHandled": list(not_handled),
        "notes": [],
    }


def address(number: int, *services: Json, pool: str | None = "lab") -> Json:
    keys = sorted({one["key"] for one in services if one["key"]})
    return {
        "address": f"192.0.2.{number}",
        "pool": pool,
        "keys": keys,
        "shared": len(services) > 1,
        "services": list(services),
    }


def hostile(text: str) -> Json:
    reason = {"code": "SIP203", "message": f'key "{text}" is not its own', "holders": []}
    waiting = service(
        "waits", text, addresses=[], requested={"addresses": ["192.0.2.1"], "pool": None, "from": "x"}
    )
    return document(
        address(1, service("a", text), service("b", text), pool=text),
        address(2, service("c", text)),
        pending=({**waiting, "reason": reason},),
        not_handled=({**service("other", text, addresses=[]), "because": f"of class {text}"},),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_has_every_name_as_it_is_and_no_markup_but_its_own(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(address_page(hostile(text)))

    inline = [child for token in tokens for child in token.children or ()]
    kinds = {child.type for child in inline}
    assert kinds <= {"text", "code_inline", "html_inline", "softbreak"}
    assert {child.content for child in inline if child.type == "html_inline"} <= {"<br>", "<!-- -->"}
    assert [token.tag for token in tokens if token.type == "heading_open"].count("h1") == 1
    assert visible(text).strip() in {child.content.strip() for child in inline if child.type == "code_inline"}
    shown = "".join(child.content for child in inline if child.type == "text")
    assert f'key "{visible(text)}" is not its own' in shown
    html = MarkdownIt("commonmark").enable("table").render(address_page(hostile(text)))
    widths = {row.count("<td>") for row in html.split("<tr>")}
    assert widths <= {0, 2, 4}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_chart_has_every_name_in_its_labels_and_no_syntax_of_theirs(text: str) -> None:
    chart = address_chart(hostile(text))

    label = re.compile(r'"([^"]*)"')
    for line in chart.splitlines():
        for inside in label.findall(line):
            assert all(sign.isalnum() or sign in " ./:,()-#;<>" for sign in inside), inside
            assert set(re.findall(r"<[^>]*>", inside)) <= {"<br/>"}
        outside = label.sub('""', line)
        assert re.fullmatch(r'[\w \-<>.:,()\[\]{}"=%]*', outside) and not any(map(hidden, outside))
    labels = [_read(inside) for inside in label.findall(chart)]
    assert f"key {visible(quoted(text))}" in labels
    assert any(f'key "{visible(text)}" is not its own' in one for one in labels)


def _read(label: str) -> str:
    """A label as Mermaid shows it."""
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label.replace("<br/>", "\n"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_sheet_has_a_row_a_service_and_no_formula(text: str) -> None:
    rows = list(csv.DictReader(io.StringIO(address_csv(hostile(text)))))

    assert [row["SERVICE"] for row in rows] == ["shop/a", "shop/b", "shop/c", "shop/waits", "shop/other"]
    shown = visible(text)
    assert {row["KEY"] for row in rows} == {f"'{shown}" if shown[0] in "=+-@" else shown}
    assert not any(cell[:1] in tuple("=+-@\t\r") for row in rows for cell in row.values() if cell)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_tree_and_names_let_no_hidden_character_through(text: str) -> None:
    tree = address_tree(hostile(text), width=80, style=Style(enabled=False), boxes=True)

    for shown in (tree, names(hostile(text))):
        assert not any(map(hidden, shown.replace("\n", "")))
    assert visible(text) in tree.replace("\n│  ", " ").replace("\n   ", " ") or " " in text


def test_the_tree_says_what_keeps_services_apart() -> None:
    reason = {"code": "SIP201", "message": "wants 192.0.2.1", "holders": [{"namespace": "shop", "name": "a"}]}
    wants = {"addresses": ["192.0.2.1"], "pool": None, "from": "spec.loadBalancerIP"}
    waiting = {**service("dot", addresses=[], requested=wants, ports=["853/TCP"]), "reason": reason}
    lost = {**service("lost", addresses=[]), "reason": {"code": None, "message": "unknown", "holders": []}}
    shown = document(
        address(1, service("a", "dns"), service("b", "dns"), service("c")),
        address(2, service("d", "dns"), pool=None),
        pending=(waiting, lost),
        not_handled=({**service("other", addresses=[]), "because": "of class cilium"},),
    )

    tree = address_tree(shown, width=None, style=Style(enabled=False), boxes=False)

    assert tree == (
        "192.0.2.1  shared (3)  pool lab\n"
        "|-- key dns\n"
        "|   |-- shop/a  53/UDP\n"
        "|   |-- shop/b  53/UDP\n"
        "|   `-- the same key is on 192.0.2.2 too: MetalLB moves nobody to unite them\n"
        "|-- no key: shop/c  53/UDP\n"
        "`-- Pending: shop/dot  853/TCP  SIP201  wants 192.0.2.1\n"
        "\n"
        "192.0.2.2  alone  in no pool\n"
        "`-- key dns\n"
        "    |-- shop/d  53/UDP\n"
        "    `-- the same key is on 192.0.2.1 too: MetalLB moves nobody to unite them\n"
        "\n"
        "<pending>\n"
        "`-- Pending: shop/lost  53/UDP  unknown\n"
        "\n"
        "not handled by MetalLB\n"
        "`-- shop/other  53/UDP  of class cilium\n"
    )
    chart = address_chart(shown)
    assert 's4 -. "kept apart<br/>SIP201<br/>wants 192.0.2.1" .-x a0' in chart
    assert 'a0 -. "key dns on both<br/>MetalLB moves nobody to unite them" .- a1' in chart
    assert 's4["shop/dot<br/>853/TCP<br/>Pending"]:::pending' in chart


def test_a_dual_stack_service_is_drawn_once_with_two_addresses() -> None:
    one = service("both", "k")
    chart = address_chart(document(address(1, one), address(2, one)))

    assert chart.count('["shop/both') == 1
    assert {line.strip() for line in chart.splitlines() if "s0 -->" in line} == {"s0 --> a0k0", "s0 --> a1k0"}


def test_nothing_at_all_is_a_chart_and_a_page_that_say_so() -> None:
    assert "no LoadBalancer Services" in address_chart(document())
    assert address_page(document()).startswith("# Which Services share which address\n")
    assert address_tree(document(), width=80, style=Style(enabled=False), boxes=True) == ""
