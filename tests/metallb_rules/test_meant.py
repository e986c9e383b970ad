"""Which of MetalLB's annotations a name is, or was meant to be."""

from __future__ import annotations

import pytest

from kubectl_sharedip.metallb.meant import known, meant, parts, renamings
from kubectl_sharedip.metallb.versions import Version, parse_version
from tests.metallb_rules.worlds import read_service, service

NEW, OLD = "metallb.io/", "metallb.universe.tf/"


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


def test_an_annotation_of_metallb_has_one_of_two_prefixes() -> None:
    assert parts(f"{NEW}any-name") == (NEW, "any-name")
    assert parts(f"{OLD}any-name") == (OLD, "any-name")
    assert parts("example.org/any-name") is None


@pytest.mark.parametrize(
    ("key", "newest", "before_0_14_9"),
    [
        (f"{NEW}allow-shared-ip", True, False),
        (f"{OLD}allow-shared-ip", True, True),
        (f"{NEW}address-pool", True, False),
        (f"{OLD}loadBalancerIPs", True, True),
        (f"{NEW}ip-allocated-from-pool", True, True),  # MetalLB wrote it, this version or another
        (f"{OLD}ip-allocated-from-pool", True, True),
        (f"{NEW}allow-share-ip", False, False),
        (f"{OLD}allow-share-ip", False, False),
        ("example.org/allow-shared-ip", False, False),
    ],
)
def test_what_each_version_reads_under_its_prefixes(key: str, newest: bool, before_0_14_9: bool) -> None:
    assert known(key, version("0.16.1")) is newest
    assert known(key, version("0.14.8")) is before_0_14_9


@pytest.mark.parametrize(
    ("name", "value", "was_meant"),
    [
        ("allow-share-ip", "k", "allow-shared-ip"),
        ("sharing-key", "k", "allow-shared-ip"),
        ("addresspool", "p", "address-pool"),
        ("pool-name", "p", "address-pool"),
        ("loadBalancerIP", "10.0.0.1", "loadBalancerIPs"),
        ("LOADBALANCERIPS", "whatever", "loadBalancerIPs"),
        ("address", "10.0.0.1", "loadBalancerIPs"),  # alike address-pool, and no pool is called so
        ("zzz", "10.0.0.1, fc00::1", "loadBalancerIPs"),
        ("zzz", "10.0.0.1,zzz", None),
        ("zzz", "zzz", None),
        ("address-pool", "10.0.0.1", "address-pool"),  # spelt rightly, whatever it says
        ("allow-share-ip", "10.0.0.1", "allow-shared-ip"),
    ],
)
def test_what_a_name_was_meant_to_be(name: str, value: str, was_meant: str | None) -> None:
    for prefix, text, read in ((NEW, "0.16.1", NEW), (OLD, "0.16.1", OLD), (NEW, "0.14.8", OLD)):
        found = meant(f"{prefix}{name}", value, version(text))
        assert found == (None if was_meant is None else f"{read}{was_meant}")


def test_a_name_of_nobody_elses_is_like_none_of_metallbs() -> None:
    assert meant("example.org/allow-share-ip", "k", version("0.16.1")) is None


def renamed(**annotations: str) -> dict[str, str]:
    """Under the new prefix, which the names leave out."""
    written = {f"{NEW}{name.replace('_', '-')}": value for name, value in annotations.items()}
    others = {"example.org/allow-share-ip": "k", "example.org/from": "10.0.0.1"}
    read = read_service(service("a", annotations={**written, **others}))
    found = renamings(read, version("0.16.1"))
    return {key.removeprefix(NEW): name.removeprefix(NEW) for key, name in found.items()}


def test_a_misspelt_annotation_is_renamed_to_one_that_is_not_there_yet() -> None:
    assert renamed(allow_share_ip="k", addresspool="p") == {
        "allow-share-ip": "allow-shared-ip",
        "addresspool": "address-pool",
    }
    assert renamed(allow_share_ip="k", allow_shared_ip="l") == {}
    assert renamed(allow_share_ip="k", allow_sharedip="l") == {"allow-share-ip": "allow-shared-ip"}
    assert renamed(zzz="zzz", address_pool="p", ip_allocated_from_pool="p") == {}
