"""check --offline -f: manifests alone, whatever people and tools write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command_line.checking import KEY, PIN, POOL, check, codes, finding, item, manifest, notes, written
from tests.command_line.program import Program, refused

SHARED = {KEY: "edge", PIN: "192.0.2.12"}
TEMPLATED = 'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ .Release.Name }}-web"}\nspec: {}\n'


def offline(*words: str) -> tuple[str, ...]:
    return ("--offline", "-o", "json", *words)


def test_what_becomes_of_each_service_in_the_order_of_the_files(tmp_path: Path) -> None:
    written(tmp_path, "b.yaml", POOL, manifest("second", annotations=SHARED))
    written(tmp_path, "a.yaml", manifest("first", "443", annotations=SHARED), manifest("alone", "81"))

    ended = check(*offline("-f", str(tmp_path)))

    assert ended.status == 0
    document = ended.document
    assert [one["name"] for one in document["items"]] == ["first", "alone", "second"]
    predicted = {one["name"]: one["predicted"] for one in document["items"]}
    assert predicted["first"] == predicted["second"] == {"state": "Assigned", "addresses": [["192.0.2.12"]]}
    assert predicted["alone"] == {"state": "Assigned", "addresses": [["192.0.2.10"]]}
    assert all(one["disturbs"] == [] for one in document["items"])


def test_port_clashes_within_a_key_and_across_files_are_listed_at_once(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", POOL, manifest("web", "80", "443", annotations=SHARED))
    written(tmp_path, "b.yaml", manifest("dns", "53/UDP", annotations=SHARED))
    written(tmp_path, "c.yaml", manifest("greedy", "80", "443", "53/UDP", "53/TCP", annotations=SHARED))

    document = check(*offline("-f", str(tmp_path))).document

    taken = finding(item(document, "greedy"), "SIP206")
    assert taken["decisive"]
    for clash in ("80/TCP by shop/web", "443/TCP by shop/web", "53/UDP by shop/dns"):
        assert clash in taken["message"]
    assert "53/TCP" not in taken["message"]


def test_who_leaves_the_choice_to_chance_is_told(tmp_path: Path) -> None:
    other = POOL.replace("lab", "other").replace("192.0.2.1", "198.51.100.1")
    file = written(
        tmp_path, "a.yaml", POOL, other, manifest("web"), manifest("api", "81", annotations={KEY: "edge"})
    )

    document = check(*offline("-f", file)).document

    web = item(document, "web")
    assert web["predicted"]["state"] == "OneOf"
    assert sorted(web["predicted"]["addresses"]) == [["192.0.2.10"], ["198.51.100.10"]]
    assert "SIP309" in codes(web)


def test_sharing_by_luck_is_told_of_manifests(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "a.yaml",
        POOL,
        manifest("web", annotations={KEY: "edge"}),
        manifest("api", "81", annotations={KEY: "edge"}),
    )

    document = check(*offline("-f", file)).document

    assert "SIP804" in codes(item(document, "web"))
    assert "SIP804" in codes(item(document, "api"))


def test_the_output_of_helm_and_kustomize_on_stdin(program: Program) -> None:
    text = (
        "# Source: shop/templates/empty.yaml\n---\n\n---\n# Source: shop/templates/web.yaml\n"
        + manifest("web")
        + "# Source: shop/templates/hooks.yaml\n"
        + manifest("try", "81", annotations={"helm.sh/hook": "test"})
        + manifest("early", "82", annotations={"helm.sh/hook": "pre-install,pre-upgrade"})
        + POOL
        + "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
    )

    ended = program("check", "--offline", "-f", "-", "-o", "json", stdin=text)

    assert ended.status == 0
    assert [one["name"] for one in ended.document["items"]] == ["web", "early"]
    (note,) = [text for text in notes(ended.document) if "hook" in text]
    assert "shop/try" in note
    assert "-:" in note or "stdin" in note


# Bad input


def test_a_template_is_named_with_its_line_and_the_rest_is_checked(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, TEMPLATED, "---\n", manifest("web"))

    ended = check(*offline("-f", file))

    assert ended.status == 3
    assert f"error: {file}:6: a template that is not rendered: there is {{{{ in metadata.name" in ended.err
    assert "helm template" in ended.err
    assert [one["name"] for one in ended.document["items"]] == ["web"]
    assert any(text.startswith(f"{file}:6") for text in notes(ended.document))


def test_a_template_that_is_no_yaml_either(tmp_path: Path) -> None:
    bad = "{{- if .Values.web }}\nkind: Service\n{{- end }}\n"
    file = written(tmp_path, "a.yaml", POOL, manifest("web"), bad, "---\n", manifest("api", "81"))

    ended = check(*offline("-f", file))

    assert ended.status == 3
    assert [one["name"] for one in ended.document["items"]] == ["web", "api"]
    (line,) = [line for line in ended.err.splitlines() if line.startswith("error: ")]
    assert line.startswith(f"error: {file}:1")
    assert int(line.split(":")[2]) in (10, 11)


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ("{name: web, annotations: {metallb.io/allow-shared-ip: true}}", "allow-shared-ip"),
        ("{name: web, labels: {tier: 1}}", "tier"),
        ("{name: 5}", "metadata.name"),
        ("{generateName: web-}", "metadata.name"),
        ("{name: web, namespace: no}", "metadata.namespace"),
        ("{name: web, labels: tier}", "metadata.labels"),
        ('{name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}, {port: "81"}]}', "spec.ports[1].port"),
    ],
)
def test_what_no_api_server_takes_is_named_and_the_rest_is_checked(
    tmp_path: Path, metadata: str, field: str
) -> None:
    """Texts that YAML takes for something else; without quotes kubectl apply refuses all of the object."""
    bad = f"apiVersion: v1\nkind: Service\nmetadata: {metadata}\n---\n"
    file = written(tmp_path, "a.yaml", POOL, bad, manifest("good", "81"))

    ended = check(*offline("-f", file))

    assert ended.status == 3
    assert [one["name"] for one in ended.document["items"]] == ["good"]
    assert "a.yaml:6" in ended.err
    assert field in ended.err


def test_null_and_a_date_are_taken_as_kubectl_takes_them(tmp_path: Path) -> None:
    notes_ = "annotations: {since: 2026-01-02, metallb.io/address-pool: null}"
    plain = manifest("web").replace("annotations: {}", notes_)

    assert check(*offline("-f", written(tmp_path, "a.yaml", POOL, plain))).status == 0


def test_one_bad_document_among_good_ones_has_its_own_line(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, manifest("web"), "kind: [\n", "---\n", manifest("api", "81"))

    ended = check(*offline("-f", file))

    assert ended.status == 3
    assert [one["name"] for one in ended.document["items"]] == ["web", "api"]
    assert f"{file}:10" in ended.err or f"{file}:11" in ended.err


def test_every_bad_file_is_named(tmp_path: Path) -> None:
    written(tmp_path, "in/a.yaml", POOL, manifest("web"))
    written(tmp_path, "in/b.yaml", "fruit: [apple]\n")
    written(tmp_path, "in/c.json", "{")
    (tmp_path / "none").mkdir()

    ended = check(*offline("-f", str(tmp_path / "in"), "-f", str(tmp_path / "none"), "-f", "gone.yaml"))

    assert ended.status == 3
    assert [one["name"] for one in ended.document["items"]] == ["web"]
    lines = [line for line in ended.err.splitlines() if line.startswith("error: ")]
    for line, said in zip(lines, ("b.yaml:1", "c.json:1", "none", "gone.yaml"), strict=True):
        assert said in line


def test_files_without_a_service_are_named_and_the_rest_is_checked(tmp_path: Path) -> None:
    useless = written(tmp_path, "config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    web = written(tmp_path, "web.yaml", POOL, manifest("web"))

    ended = check(*offline("-f", useless, "-f", web))

    assert ended.status == 0
    assert any(useless in text and "no Service" in text for text in notes(ended.document))
    refused(check("--offline", "-f", useless), 3, f"no Service in {useless}")


def test_the_same_object_twice_has_both_places(tmp_path: Path) -> None:
    first = written(tmp_path, "a.yaml", POOL, manifest("web"))
    second = written(tmp_path, "b.yaml", POOL, manifest("web", "81"))

    document = check(*offline("-f", first, "-f", second)).document

    told = [text for text in notes(document) if "twice" in text]
    assert len(told) == 2
    for text, line in zip(sorted(told), (1, 6), strict=True):
        assert f"{second}:{line}" in text
        assert f"{first}:{line}" in text
    assert item(document, "web")["predicted"]["state"] == "Assigned"


def test_a_manifest_without_a_namespace_says_which_is_taken(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, manifest("web", namespace=""))

    document = check(*offline("-f", file)).document
    (note,) = [text for text in notes(document) if "namespace" in text]
    assert f"{file}:6" in note
    assert '"default"' in note
    assert item(document, "web")["namespace"] == "default"
    named = check(*offline("-f", file, "-n", "blue")).document
    assert item(named, "web")["namespace"] == "blue"


def test_braces_that_others_read_are_theirs(tmp_path: Path) -> None:
    alert = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: '{{ $labels.job }}'}\n---\n"
    file = written(tmp_path, "a.yaml", POOL, alert, manifest("web", annotations={"dns/host": "{{ x }}"}))

    ended = check(*offline("-f", file))

    assert ended.status == 0
    assert [one["name"] for one in ended.document["items"]] == ["web"]


@pytest.mark.parametrize(
    ("asked", "policy", "families", "given"),
    [
        ("", "", "ipv4,ipv6", ["192.0.2.10"]),
        ("", "PreferDualStack", "ipv4,ipv6", ["192.0.2.10", "2001:db8::"]),
        ("[IPv4]", "PreferDualStack", "ipv4,ipv6", ["192.0.2.10", "2001:db8::"]),
        ("[IPv6, IPv4]", "", "ipv4,ipv6", ["192.0.2.10", "2001:db8::"]),
        ("[IPv6]", "", "ipv4,ipv6", ["2001:db8::"]),
        ("", "", "ipv6", ["2001:db8::"]),
    ],
)
def test_families_are_filled_in_as_the_api_server_would(
    tmp_path: Path, asked: str, policy: str, families: str, given: list[str]
) -> None:
    fields = {name: text for name, text in (("ipFamilies", asked), ("ipFamilyPolicy", policy)) if text}
    pool = POOL.replace("192.0.2.19]", "192.0.2.19, '2001:db8::/120']")
    file = written(tmp_path, "a.yaml", pool, manifest("web", **dict[str, Any](fields)))

    document = check(*offline("-f", file, "--cluster-ip-families", families)).document

    assert item(document, "web")["predicted"] == {"state": "Assigned", "addresses": [given]}


def test_offline_needs_files(program: Program) -> None:
    refused(program("check", "--offline"), 2, "-f FILE")


def test_services_of_other_namespaces_are_not_left_out_in_silence(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", manifest("web"), manifest("api", namespace="bank"))
    pool = written(tmp_path, "b.yaml", POOL)

    some = check(*offline("-f", pool, "-f", file, "-n", "bank")).document
    none = check(*offline("-f", pool, "-f", file, "-n", "dev")).document

    assert [one["name"] for one in some["items"]] == ["api"]
    assert [text for text in notes(some) if "one Service of the files" in text and "(shop)" in text]
    assert none["items"] == []
    assert [text for text in notes(none) if "2 Services of the files" in text and "(bank, shop)" in text]
    refused(check("--offline", "-f", file, "-n", "dev"), 3, 'namespace "dev"', "bank, shop", "-A")
    assert not [
        text for text in notes(check(*offline("-f", pool, "-f", file)).document) if "left out" in text
    ]


def test_labels_that_no_service_of_the_files_has_are_said(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, manifest("web"))

    assert "-l leaves out every Service of the files (1)" in check("--offline", "-f", file, "-l", "a=b").err


def test_a_command_that_is_printed_lets_no_line_break_through(tmp_path: Path) -> None:
    """A line of a log that begins with :: is a command to GitHub, whoever wrote the manifest."""
    evil = manifest("web", namespace='"x\\n::error::y\\e[31m"', annotations={PIN: "198.51.100.1"})

    ended = check("--offline", "-f", written(tmp_path, "a.yaml", POOL, evil))

    assert "What helps: " in ended.err
    assert not [line for line in ended.err.splitlines() if line.startswith("::")]
    assert "\x1b" not in ended.err


def test_without_pools_it_is_said_that_nothing_is_foretold(tmp_path: Path) -> None:
    alone = written(tmp_path, "a.yaml", manifest("web"))

    without = check(*offline("-f", alone)).document
    with_pool = check(*offline("-f", alone, "-f", written(tmp_path, "b.yaml", POOL))).document

    said, others = [note["message"] for note in without["notes"] if note["code"] == "SIP901"]
    assert "ipaddresspools" in said and "ipaddresspools" not in others
    assert "which address a Service gets, if any, is not known" in said
    assert [note["message"] for note in with_pool["notes"] if note["code"] == "SIP901"] == [others]
    assert item(without, "web")["predicted"] is None
    assert item(with_pool, "web")["predicted"]["state"] == "Assigned"


def test_without_pools_no_row_says_that_anybody_waits(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", manifest("web"), manifest("odd", loadBalancerClass="x/y"))

    table = check("--offline", "-f", file).out
    sheet = check("--offline", "-f", file, "-o", "csv").out

    assert [line.split()[:2] for line in table.splitlines() if line.startswith("shop/")] == [
        ["shop/web", "unknown"],
        ["shop/odd", "NotHandled"],
    ]
    assert [line.split(",")[1] for line in sheet.splitlines()[1:]] == ["unknown", "NotHandled"]
