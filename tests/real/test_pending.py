"""Each small example: MetalLB leaves the Service Pending as foretold, and ``why`` says why."""

from __future__ import annotations

import pytest

from tests.real.asking import document, sharedip
from tests.real.pending import CASES, Case, check_reason
from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster

_OF_CASES = [pytest.param(case, id=case.example) for case in CASES]


@pytest.mark.parametrize("case", _OF_CASES)
def test_it_waits_as_foretold(cluster: RealCluster, case: Case) -> None:
    examples.create(cluster, examples.manifests(case.example))
    check_reason(cluster, case)
    text = sharedip(cluster, "why", case.service)
    assert text.returncode == 0, text.stderr
    headline = text.stdout.split("\n\n")[0]
    assert headline.startswith(f"default/{case.service} is Pending: ")
    assert headline.endswith(case.code)
    assert "describes an earlier state" not in text.stdout


def test_the_newest_of_several_events_of_one_second_is_shown(cluster: RealCluster) -> None:
    examples.create(cluster, examples.manifests("keyless-requester"))
    # MetalLB takes the address away (ClearAssignment) and fails to give another, all at once.
    cluster.kubectl("annotate", "svc/dns-udp", "metallb.universe.tf/allow-shared-ip=else", "--overwrite")
    cluster.settle()

    (item,) = document(cluster, "why", "dns-udp")["items"]
    told = [(event["reason"], event["agrees"]) for event in item["events"] if event["agrees"] is not None]
    assert told[-2:] == [("ClearAssignment", False), ("AllocationFailed", True)]
    assert "describes an earlier state" not in sharedip(cluster, "why", "dns-udp").stdout
