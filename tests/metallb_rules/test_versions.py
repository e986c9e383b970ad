"""At which version each rule changed: the table of shared differences, with the release just before."""

from __future__ import annotations

import pytest

from kubectl_sharedip.metallb.versions import NEWEST_KNOWN, OLDEST_MODELLED, Version, parse_version

#: The question, the last version of which the answer is no (or yes), and the first with the other.
SINCE = [
    ("modelled", "0.12.1", "0.13.0"),
    ("avoids_buggy_ips", "0.13.3", "0.13.4"),
    ("keeps_pools_for_some", "0.13.7", "0.13.8"),
    ("notes_pool", "0.13.7", "0.13.8"),
    ("wipes_invalid_status", "0.13.7", "0.13.8"),
    ("says_clear_assignment", "0.13.9", "0.13.10"),
    ("lost_address_wakes_all", "0.13.7", "0.13.8"),
    ("request_must_fit_pool", "0.13.9", "0.13.10"),
    ("assigned_first", "0.13.12", "0.14.0"),
    ("notices_unreadable_address", "0.13.12", "0.14.0"),
    ("reassigns_orphans", "0.13.12", "0.14.0"),
    ("reads_metallb_io", "0.14.8", "0.14.9"),
    ("names_metallb_io", "0.14.8", "0.14.9"),
    ("tolerates_one_family", "0.14.8", "0.14.9"),
    ("policy_decides", "0.14.8", "0.14.9"),
    ("warns_of_old_annotations", "0.14.8", "0.14.9"),
    ("ipv4_first", "0.14.8", "0.14.9"),
    ("cluster_ips_decide", "0.14.9", "0.15.0"),
    ("key_change_wakes_all", "0.14.9", "0.15.0"),
    ("checks_cluster_ip_count", "0.14.9", "0.15.0"),
    ("priority_alone_matches_all", "0.14.9", "0.15.0"),
    ("heeds_network_unavailable", "0.13.9", "0.13.10"),
    ("heeds_exclude_label", "0.13.12", "0.14.0"),
    ("selects_services_to_advertise", "0.15.3", "0.16.0"),
    ("refuses_selective_sharing", "0.16.1", "0.16.2"),
    ("prefers_nodes", "0.16.1", "0.16.2"),
]
UNTIL = [
    ("keeps_address_on_key_conflict", "0.13.7", "0.13.8"),
    ("says_when_there_are_no_pools", "0.13.12", "0.14.0"),
    ("quotes_pool_name", "0.14.8", "0.14.9"),
    ("names_family_of_full_pool", "0.14.9", "0.15.0"),
    ("rewrites_searched_pools", "0.15.2", "0.15.3"),
]


def _version(text: str) -> Version:
    version = parse_version(text)
    assert version is not None
    return version


@pytest.mark.parametrize(("question", "before", "since"), SINCE)
def test_rule_begins_with_its_version(question: str, before: str, since: str) -> None:
    assert getattr(_version(before), question) is False
    assert getattr(_version(since), question) is True
    assert getattr(_version("0.12.1"), question) is False
    assert getattr(_version("1.0.0"), question) is True


@pytest.mark.parametrize(("question", "last", "since"), UNTIL)
def test_rule_ends_with_its_version(question: str, last: str, since: str) -> None:
    assert getattr(_version(last), question) is True
    assert getattr(_version(since), question) is False
    assert getattr(_version("0.13.0"), question) is True
    assert getattr(_version("1.0.0"), question) is False


def test_a_full_pool_is_reported_as_nil_by_four_releases() -> None:
    answers = {text: _version(text).reports_full_pool_as_nil for text in RELEASES}
    assert [text for text, says_nil in answers.items() if says_nil] == ["0.15.0", "0.15.2", "0.15.3"]


RELEASES = ["0.13.12", "0.14.8", "0.14.9", "0.15.0", "0.15.2", "0.15.3", "0.16.0", "0.16.1"]


def test_versions_compare_as_numbers() -> None:
    assert sorted(map(_version, ["0.14.10", "0.13.12", "0.14.9"])) == [
        Version(0, 13, 12),
        Version(0, 14, 9),
        Version(0, 14, 10),
    ]


@pytest.mark.parametrize("text", ["v0.16.1", "0.16.1", "v0.16.1-r2", "0.16.1@sha256:00"])
def test_a_tag_names_a_version(text: str) -> None:
    assert str(_version(text)) == "0.16.1"


@pytest.mark.parametrize("text", ["", "main", "latest", "v0.16", "x0.16.1"])
def test_a_tag_that_names_none(text: str) -> None:
    assert parse_version(text) is None


def test_what_is_known_is_modelled() -> None:
    assert _version(NEWEST_KNOWN).modelled
    assert _version(OLDEST_MODELLED).modelled
