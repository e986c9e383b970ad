"""The table of ls, held against texts at the widths that people have."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_sharedip.render.addresses import address_table
from kubectl_sharedip.render.style import Style

PLAIN = Style(enabled=False)


def service(name: str, **fields: Any) -> dict[str, Any]:
    namespace, _, short = name.partition("/")
    form: dict[str, Any] = {
        "namespace": namespace,
        "name": short,
        "key": None,
        "ports": [],
        "externalTrafficPolicy": "Cluster",
        "selector": {},
        "class": None,
        "addresses": [],
        "requested": {"addresses": [], "pool": None, "from": None},
        "terminating": False,
    }
    return form | fields


def item(address: str, *services: dict[str, Any], pool: str | None = "general") -> dict[str, Any]:
    return {
        "address": address,
        "pool": pool,
        "keys": sorted({s["key"] for s in services if s["key"]}),
        "shared": len(services) > 1,
        "services": list(services),
    }


def document(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    form = {"apiVersion": "sharedip/v1", "kind": "AddressList", "items": list(items), "notes": []}
    return {**form, "pending": [], "notHandled": [], **fields}


@pytest.fixture
def example() -> dict[str, Any]:
    dns = {"key": "dns", "requested": {"addresses": ["192.168.1.205"], "pool": None, "from": "annotation"}}
    message = "wants 192.168.1.205, held by default/dns-tcp, default/dns-udp"
    return document(
        item(
            "192.168.1.205",
            service("default/dns-tcp", ports=["53/TCP"], selector={"app": "dns", "tier": "edge"}, **dns),
            service("default/dns-udp", ports=["53/UDP"], selector={"app": "dns", "tier": "edge"}, **dns),
        ),
        item(
            "192.168.1.206", service("shop/web", ports=["80/TCP", "443/TCP"], externalTrafficPolicy="Local")
        ),
        pending=[
            service(
                "default/dot",
                ports=["853/TCP"],
                requested={"addresses": ["192.168.1.205"], "pool": "general", "from": "annotation"},
                reason={
                    "code": "SIP201",
                    "message": message,
                    "holders": [{"namespace": "default", "name": "dns-tcp"}],
                },
            )
        ],
        notHandled=[
            service(
                "shop/api", addresses=["203.0.113.7"], because="its class is cloud", **{"class": "cloud"}
            ),
            service("shop/old", because="its class is cloud", **{"class": "cloud"}),
        ],
    )


def test_at_80_columns(example: dict[str, Any]) -> None:
    assert address_table(example, wide=False, width=80, style=PLAIN) == (
        "ADDRESS         KEY   SERVICE           PORTS            STATE\n"
        "192.168.1.205   dns   default/dns-tcp   53/TCP           shared (2)\n"
        "192.168.1.205   dns   default/dns-udp   53/UDP           shared (2)\n"
        "192.168.1.206   -     shop/web          80/TCP,443/TCP   alone\n"
        "<pending>       -     default/dot       853/TCP          SIP201 wants\n"
        "                                                         192.168.1.205, held by\n"
        "                                                         default/dns-tcp,\n"
        "                                                         default/dns-udp\n"
    )


def test_at_200_columns_and_without_limit(example: dict[str, Any]) -> None:
    text = (
        "ADDRESS         KEY   SERVICE           PORTS            STATE\n"
        "192.168.1.205   dns   default/dns-tcp   53/TCP           shared (2)\n"
        "192.168.1.205   dns   default/dns-udp   53/UDP           shared (2)\n"
        "192.168.1.206   -     shop/web          80/TCP,443/TCP   alone\n"
        "<pending>       -     default/dot       853/TCP          "
        "SIP201 wants 192.168.1.205, held by default/dns-tcp, default/dns-udp\n"
    )
    assert address_table(example, wide=False, width=200, style=PLAIN) == text
    assert address_table(example, wide=False, width=None, style=PLAIN) == text
    bare = address_table(example, wide=False, width=None, style=PLAIN, headers_shown=False)
    assert bare == text.partition("\n")[2]


def test_wide_at_200_columns(example: dict[str, Any]) -> None:
    lines = address_table(example, wide=True, width=200, style=PLAIN).splitlines()
    narrow = address_table(example, wide=False, width=200, style=PLAIN).splitlines()
    assert [line[:57] for line in lines[:5]] == [line[:57] for line in narrow]
    assert [line[:57].split() for line in lines[5:]] == [
        [],
        ["203.0.113.7", "-", "shop/api", "-"],
        ["<none>", "-", "shop/old", "-"],
    ]
    assert [line[57:] for line in lines] == [
        "POOL      POLICY    SELECTOR            REQUESTED                    CLASS   STATE",
        "general   Cluster   app=dns,tier=edge   192.168.1.205                -       shared (2)",
        "general   Cluster   app=dns,tier=edge   192.168.1.205                -       shared (2)",
        "general   Local     -                   -                            -       alone",
        "-         Cluster   -                   192.168.1.205,pool/general   -       "
        "SIP201 wants 192.168.1.205, held by default/dns-tcp,",
        " " * 77 + "default/dns-udp",
        "-         Cluster   -                   -                            cloud   its class is cloud",
        "-         Cluster   -                   -                            cloud   its class is cloud",
    ]


def test_the_state_words_are_painted_and_nothing_moves(example: dict[str, Any]) -> None:
    lines = address_table(example, wide=True, width=None, style=Style(enabled=True)).splitlines()
    assert [line.partition("\x1b")[2] for line in lines] == [
        "",
        "[32mshared\x1b[0m (2)",
        "[32mshared\x1b[0m (2)",
        "[2malone\x1b[0m",
        "[31mSIP201\x1b[0m wants 192.168.1.205, held by default/dns-tcp, default/dns-udp",
        "[2mits\x1b[0m class is cloud",
        "[2mits\x1b[0m class is cloud",
    ]


def test_every_service_has_a_row_with_its_address_in_the_order_of_the_document() -> None:
    shared = [service(f"ns/s{n}") for n in (3, 1, 2)]
    both = document(item("192.0.2.9", *shared), item("2001:db8::1", shared[1], pool=None))
    lines = address_table(both, wide=False, width=20, style=PLAIN).splitlines()
    assert [line.split()[:3] for line in lines[1:] if line[0] != " "] == [
        ["192.0.2.9", "-", "ns/s3"],
        ["192.0.2.9", "-", "ns/s1"],
        ["192.0.2.9", "-", "ns/s2"],
        ["2001:db8::1", "-", "ns/s1"],
    ]


def test_nothing_is_nothing() -> None:
    assert address_table(document(), wide=False, width=80, style=PLAIN) == ""
    only = document(notHandled=[service("a/b", because="no MetalLB")])
    assert address_table(only, wide=False, width=80, style=PLAIN) == ""
    assert "no MetalLB" in address_table(only, wide=True, width=None, style=PLAIN)


def test_text_from_the_cluster_cannot_act() -> None:
    hostile = document(
        item("192.0.2.9", service("a/b", key="\u202edns\n192.0.2.1"), service("a/漢字", key="漢"))
    )
    assert address_table(hostile, wide=False, width=80, style=PLAIN) == (
        "ADDRESS     KEY                    SERVICE   PORTS   STATE\n"
        "192.0.2.9   \\u202edns\\n192.0.2.1   a/b       -       shared (2)\n"
        "192.0.2.9   漢                     a/漢字    -       shared (2)\n"
    )


def test_endpoints_have_a_column_where_the_document_has_them() -> None:
    counted = document(
        item("192.0.2.9", service("a/b", endpoints={"ready": 2, "total": 3}), service("a/c", endpoints=None))
    )
    assert address_table(counted, wide=False, width=80, style=PLAIN) == (
        "ADDRESS     KEY   SERVICE   PORTS   ENDPOINTS   STATE\n"
        "192.0.2.9   -     a/b       -       2/3         shared (2)\n"
        "192.0.2.9   -     a/c       -       -           shared (2)\n"
    )


def test_a_reason_that_is_not_known_has_no_code() -> None:
    reason: dict[str, Any] = {"code": None, "message": "not enough could be read to tell", "holders": []}
    unknown = document(pending=[service("a/b", reason=reason)])
    line = address_table(unknown, wide=False, width=80, style=Style(enabled=True)).splitlines()[1]
    assert line == "<pending>   -     a/b       -       not enough could be read to tell"


def test_a_list_of_ports_goes_on_below_where_the_line_would_be_too_wide() -> None:
    ports = [f"{number}/TCP" for number in range(8001, 8013)]
    shown = document(
        item("192.168.1.205", service("shop/many", ports=ports)),
        item("192.168.1.206", service("shop/one", ports=["80/TCP"])),
    )

    narrow = address_table(shown, wide=False, width=80, style=PLAIN).splitlines()
    wide = address_table(shown, wide=False, width=200, style=PLAIN).splitlines()

    assert max(map(len, narrow)) <= 80
    assert ",".join(ports) in wide[1]
    start = narrow[0].index("PORTS")
    told = "".join(line[start:].split()[0] for line in narrow[1:-1])
    assert told == ",".join(ports)
    assert narrow[1].endswith("alone")
    assert narrow[-1].split() == ["192.168.1.206", "-", "shop/one", "80/TCP", "alone"]
