"""The table of docs/probe.md, row by row: what was seen and is known, and the verdict that follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.probing import Place, Verdict
from kubectl_sharedip.report.verdicts import because
from tests.probe_room.scene import HERE, SIXTH, THERE, Scene, Svc, finding

WEB, WEB_TLS, API, DNS = f"{HERE} web 80", f"{HERE} web 443", f"{HERE} api 8080", f"{HERE} dns 53/UDP"
READY = Svc(ready=2)
NONE_READY = Svc(ready=0)
NOBODY = ("SIP601", "SIP602", "SIP603", "SIP608", "SIP609", "SIP610")


def verdicts(scene: Scene) -> dict[str, tuple[str, str]]:
    """The verdict on each, and its reason."""
    return {key: (one.verdict.name, one.verdict.reason) for key, one in scene.judged().items()}


def verdict(scene: Scene, key: str = WEB) -> Verdict:
    return scene.judged()[key].verdict


def words(scene: Scene, key: str = WEB) -> str:
    return because(verdict(scene, key))


# What answers is well


def test_what_answers_is_ok_whatever_its_neighbours_do() -> None:
    scene = Scene(outcomes={WEB: "ok", API: "timeout", WEB_TLS: "refused"})

    assert verdicts(scene)[WEB] == ("ok", "tcp")


def test_what_answers_though_nobody_announces_it_is_ok_and_that_is_said() -> None:
    scene = Scene(outcomes={WEB: "ok"}, services={"web": Svc(ready=1, findings=(finding("SIP601"),))})

    assert verdicts(scene)[WEB] == ("ok", "tcp")
    assert "SIP601" in words(scene)
    assert "SIP601" not in words(replace(scene, place="pod"))


# One fails and its neighbours answer: the application


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("refused", "refused"),
        ("reset cut", "cut"),
        ("reset not-tls", "cut"),
        ("timeout connected", "silent-behind"),
        ("timeout", "silent-alone"),
    ],
)
@pytest.mark.parametrize("place", ["outside", "pod", "node"])
@pytest.mark.parametrize("service", [READY, Svc()])
def test_one_fails_beside_neighbours_that_answer(
    outcome: str, reason: str, place: Place, service: Svc
) -> None:
    scene = Scene(outcomes={WEB: outcome, API: "ok"}, services={"web": service, "api": READY})
    scene = replace(scene, place=place)

    assert verdicts(scene) == {WEB: ("application", reason), API: ("ok", "tcp")}
    assert "shop/api 8080/TCP" in words(scene)
    assert ("2 of 2 endpoints are ready" in words(scene)) == (service is READY)


@pytest.mark.parametrize("outcome", ["refused", "timeout", "reset ended"])
def test_one_port_of_a_service_fails_and_the_other_answers(outcome: str) -> None:
    scene = Scene(outcomes={WEB: "ok", WEB_TLS: outcome}, services={"web": READY})

    assert verdicts(scene)[WEB_TLS][0] == "application"
    assert "127.0.0.5 answers to 80/TCP, so it is reached" in words(scene, WEB_TLS)
    assert "what listens behind 443/TCP" in words(scene, WEB_TLS)


def test_a_neighbour_that_refuses_shows_that_packets_get_there() -> None:
    scene = Scene(outcomes={WEB: "timeout", API: "refused"}, services={"web": READY, "api": READY})

    assert verdicts(scene) == {WEB: ("application", "silent-alone"), API: ("application", "refused")}
    assert "127.0.0.5 reacts to shop/api 8080/TCP, so it is reached" in words(scene)


def test_under_policy_local_it_is_said_that_nodes_drop() -> None:
    scene = Scene(outcomes={WEB: "timeout", API: "ok"}, services={"web": Svc(ready=1, policy="Local")})

    assert "policy is Local" in words(scene)
    assert "policy is Local" not in words(replace(scene, services={"web": READY}))


# No ready endpoint: the application, however it shows


@pytest.mark.parametrize("outcome", ["refused", "timeout", "unreachable host", "reset cut", "not-tried udp"])
@pytest.mark.parametrize("other", ["ok", "refused", "timeout", "unreachable host"])
@pytest.mark.parametrize("place", ["outside", "pod", "node"])
def test_without_a_ready_endpoint_it_is_the_application(outcome: str, other: str, place: Place) -> None:
    scene = Scene(outcomes={WEB: outcome, API: other}, services={"web": NONE_READY, "api": READY})
    found = verdicts(replace(scene, place=place))

    assert found[WEB][0] == "application"
    assert "None of its 2 endpoints is ready" in words(scene)


def test_no_endpoint_at_all_is_said_so() -> None:
    scene = Scene(outcomes={WEB: "refused"}, services={"web": Svc(ready=0, total=0)})

    assert "no endpoint at all" in words(scene)


# All fail in silence: the network, or the announcement


def silent(*outcomes: str, **services: Svc) -> Scene:
    return Scene(outcomes=dict(zip([WEB, API, WEB_TLS], outcomes, strict=False)), services=services)


@pytest.mark.parametrize("outcome", ["timeout", "unreachable host"])
def test_all_are_silent_and_the_address_is_announced(outcome: str) -> None:
    told = Svc(ready=2, findings=(finding("SIP605"),))
    scene = silent(outcome, "timeout", web=told, api=told)

    assert verdicts(scene) == {WEB: ("network", "silent"), API: ("network", "silent")}
    assert "None of the 2 ports of 2 Services" in words(scene)
    assert "SIP605" in words(scene)
    assert ("finds nobody who has 127.0.0.5" in words(scene)) == (outcome == "unreachable host")


@pytest.mark.parametrize("code", NOBODY)
def test_all_are_silent_and_by_a_finding_nobody_announces(code: str) -> None:
    against = Svc(ready=2, findings=(finding(code),))
    scene = silent("timeout", "timeout", web=against, api=against)

    assert verdicts(scene) == {WEB: ("announcement", "nobody"), API: ("announcement", "nobody")}
    assert code in words(scene)


def test_a_finding_speaks_for_its_own_service_alone() -> None:
    against = Svc(ready=2, policy="Local", findings=(finding("SIP603"),))
    scene = silent("timeout", "timeout", web=against, api=READY)

    assert verdicts(scene) == {WEB: ("announcement", "nobody"), API: ("network", "silent")}


def test_a_finding_that_is_not_certain_is_told_and_decides_nothing() -> None:
    perhaps = Svc(ready=2, findings=(finding("SIP608", certain=False),))
    scene = silent("timeout", "timeout", web=perhaps, api=perhaps)

    assert verdicts(scene)[WEB] == ("network", "silent")
    assert "It may be the announcement: SIP608" in words(scene)


def test_a_sharing_key_that_ends_the_announcement_is_against_it() -> None:
    against = Svc(ready=2, findings=(finding("SIP607", severity="error"),))

    assert verdicts(silent("timeout", web=against))[WEB] == ("announcement", "nobody")


@pytest.mark.parametrize(
    "told", [finding("SIP606", certain=False), finding("SIP607", certain=False), finding("SIP606")]
)
def test_what_would_not_keep_it_from_being_announced_is_not_told_of_silence(told: Finding) -> None:
    scene = silent("timeout", "timeout", web=Svc(ready=2, findings=(told,)))

    assert verdicts(scene)[WEB] == ("network", "silent")
    assert "SIP60" not in words(scene)
    assert "endpoints are ready" not in words(scene)


@pytest.mark.parametrize("code", ["SIP607", "SIP609"])
def test_a_finding_that_is_only_a_warning_decides_nothing(code: str) -> None:
    warned = Svc(ready=2, findings=(finding(code, severity="warning"),))

    assert verdicts(silent("timeout", "timeout", web=warned, api=warned))[WEB] == ("network", "silent")


def test_what_was_not_read_is_named() -> None:
    unread = Svc(unread=("l2advertisements", "nodes"))

    assert "not read are l2advertisements, nodes" in words(silent("timeout", "timeout", web=unread))


def test_of_an_address_that_metallb_did_not_give_nothing_is_said() -> None:
    foreign = Svc(ready=2, handled=False)

    assert "not MetalLB" in words(silent("timeout", "timeout", web=foreign, api=foreign))


# Who would have to fail: applications, not Services


def test_alone_on_an_address_silence_may_be_its_own() -> None:
    alone = silent("timeout", web=READY)
    together = silent("timeout", "timeout", web=READY, api=READY)

    assert verdicts(alone)[WEB] == ("network", "silent")
    assert "80/TCP, all that was tried on 127.0.0.5, does not answer" in words(alone)
    assert "No other application" in words(alone)
    assert "No other application" not in words(together)


def test_services_with_the_same_pods_are_one_application() -> None:
    same = Svc(ready=2, backend="shop: app=dns")

    assert "No other application" in words(silent("timeout", "timeout", web=same, api=same))


def test_a_neighbour_without_a_ready_endpoint_proves_nothing() -> None:
    scene = silent("timeout", "timeout", web=READY, api=NONE_READY)

    assert verdicts(scene) == {WEB: ("network", "silent"), API: ("application", "no-endpoint")}
    assert "No other application" in words(scene)


# All refuse: something has the address


@pytest.mark.parametrize("services", [{"web": READY, "api": READY}, {}])
@pytest.mark.parametrize("outcomes", [("refused", "refused"), ("refused", "reset cut", "refused")])
def test_all_applications_at_once_refuse(services: dict[str, Svc], outcomes: tuple[str, ...]) -> None:
    scene = silent(*outcomes, **services)

    assert set(verdicts(scene).values()) == {("network", "all-refused")}
    assert f"all {len(outcomes)} ports of 2 Services" in words(scene)


def test_all_refuse_an_address_that_nobody_announces() -> None:
    against = Svc(ready=2, findings=(finding("SIP601"),))
    scene = silent("refused", "refused", web=against, api=against)

    assert verdicts(scene)[WEB] == ("announcement", "somebody-else")
    assert "another machine has it" in words(scene)


@pytest.mark.parametrize(
    ("web", "api", "outcomes"),
    [
        (READY, NONE_READY, ("refused", "refused")),  # the other has its own reason
        (Svc(ready=2, backend="one"), Svc(ready=2, backend="one"), ("refused", "refused")),
        (READY, READY, ("refused", "timeout")),  # not all alike
        (READY, READY, ("refused",)),
    ],
)
def test_one_application_that_refuses_is_the_application(
    web: Svc, api: Svc, outcomes: tuple[str, ...]
) -> None:
    scene = silent(*outcomes, web=web, api=api)

    assert verdicts(scene)[WEB] == ("application", "refused")


def test_alone_a_refusal_shows_that_the_address_is_reached() -> None:
    assert "So the address is reached" in words(silent("refused", web=READY))
    assert "Whether an endpoint is ready is not known" in words(silent("refused"))


# Announced from where it is not served


@pytest.mark.parametrize("code", ["SIP209", "SIP603", "SIP606"])
def test_under_local_one_fails_where_the_address_is_announced_for_others(code: str) -> None:
    local = Svc(ready=2, policy="Local", findings=(finding(code),))
    scene = Scene(outcomes={WEB: "timeout", API: "ok"}, services={"web": local, "api": READY})

    assert verdicts(scene)[WEB] == ("announcement", "elsewhere")
    assert code in words(scene)
    cluster = replace(local, policy="Cluster")
    assert verdicts(replace(scene, services={"web": cluster}))[WEB] == ("application", "silent-alone")
    assert verdicts(replace(scene, place="node"))[WEB] == ("application", "silent-alone")
    refused = replace(scene, outcomes={WEB: "refused", API: "ok"})
    assert verdicts(refused)[WEB] == ("application", "refused")


# Something on the way


def test_one_port_that_is_called_unreachable_beside_others_is_filtered() -> None:
    scene = Scene(outcomes={WEB: "unreachable host", API: "ok"}, services={"web": READY})

    assert verdicts(scene)[WEB] == ("network", "rejected")
    assert verdicts(replace(scene, place="pod"))[WEB] == ("unknown", "rejected")


@pytest.mark.parametrize("how", ["no-route", "forbidden"])
def test_what_this_machine_cannot_reach_is_its_own_network(how: str) -> None:
    scene = Scene(outcomes={WEB: f"unreachable {how}"}, services={"web": NONE_READY})

    assert verdicts(scene)[WEB] == ("network", how)
    assert verdicts(replace(scene, place="node"))[WEB] == ("unknown", how)
    assert "This machine" in words(scene) or "this machine" in words(scene)


# Source ranges


KEPT = Svc(ready=2, ranges=("10.0.0.0/8", "192.0.2.0/24"))


@pytest.mark.parametrize("outcomes", [{WEB: "timeout", API: "ok"}, {WEB: "timeout"}])
def test_who_is_not_let_in_learns_nothing_from_silence(outcomes: dict[str, str]) -> None:
    scene = Scene(outcomes=outcomes, services={"web": KEPT, "api": READY})

    assert verdicts(scene)[WEB] == ("unknown", "source-ranges")
    assert "10.0.0.0/8" in words(scene)
    assert "127.0.0.1" in words(scene)


@pytest.mark.parametrize(
    ("ranges", "source"),
    [
        (("127.0.0.0/8",), "127.0.0.1"),  # let in
        (("10.0.0.0/8", "127.0.0.0/8"), "127.0.0.1"),
        (("not a range",), "127.0.0.1"),  # who knows
        (("10.0.0.0/8",), None),  # from where it would come is not known
    ],
)
def test_who_may_be_let_in_is_judged_as_any_other(ranges: tuple[str, ...], source: str | None) -> None:
    kept = replace(KEPT, ranges=ranges)
    scene = Scene(outcomes={WEB: "timeout", API: "ok"}, services={"web": kept}, source=source)

    assert verdicts(scene)[WEB] == ("application", "silent-alone")


def test_silence_towards_a_stranger_is_no_evidence_and_shares_the_fate() -> None:
    scene = Scene(outcomes={WEB: "timeout", API: "timeout"}, services={"web": KEPT, "api": READY})

    assert verdicts(scene) == {WEB: ("network", "silent"), API: ("network", "silent")}
    assert "No other application" in words(scene, API)


def test_who_is_told_that_it_is_unreachable_is_not_met_with_silence() -> None:
    scene = Scene(outcomes={WEB: "unreachable host", API: "ok"}, services={"web": KEPT})

    assert verdicts(scene)[WEB] == ("network", "rejected")


def test_a_refusal_is_no_matter_of_source_ranges() -> None:
    scene = Scene(outcomes={WEB: "refused", API: "ok"}, services={"web": KEPT})

    assert verdicts(scene)[WEB] == ("application", "refused")


# In the cluster


@pytest.mark.parametrize("place", ["pod", "node"])
def test_inside_silence_says_nothing_of_the_network(place: Place) -> None:
    against = Svc(ready=2, findings=(finding("SIP601"),))
    scene = replace(silent("timeout", "unreachable host", web=against, api=READY), place=place)

    assert set(verdicts(scene).values()) == {("unknown", "inside")}
    assert "probe from outside" in words(scene)
    assert ("node n1" in words(scene)) == (place == "node")


def test_inside_a_refusal_comes_from_the_application() -> None:
    scene = replace(silent("refused", "refused", web=READY, api=READY), place="pod")

    assert set(verdicts(scene).values()) == {("application", "refused")}


# What was not tried


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({WEB: "ok"}, "reacts to shop/web 80/TCP, so packets get there"),
        ({WEB: "refused"}, "packets get there"),
        ({WEB: "timeout"}, "No port that was tried on 127.0.0.5 answers"),
        ({}, "No port of 127.0.0.5 could be tried"),
    ],
)
def test_what_was_not_tried_is_unknown_and_its_neighbours_are_told(other: dict[str, str], said: str) -> None:
    scene = Scene(outcomes={DNS: "not-tried udp", **other}, services={"dns": READY})

    assert verdicts(scene)[DNS] == ("unknown", "untried")
    assert said in words(scene, DNS)
    assert "Not tried: UDP" in words(scene, DNS)


def test_what_was_not_tried_and_nobody_announces() -> None:
    against = Svc(ready=2, findings=(finding("SIP601"),))
    scene = Scene(outcomes={DNS: "not-tried udp"}, services={"dns": against})

    assert verdicts(scene)[DNS] == ("announcement", "nobody-untried")
    assert verdicts(replace(scene, place="pod"))[DNS] == ("unknown", "untried")
    answers = replace(scene, outcomes={DNS: "not-tried udp", WEB: "ok"})
    assert verdicts(answers)[DNS] == ("unknown", "untried")


def test_dns_that_is_silent_is_evidence_as_any_other() -> None:
    scene = Scene(outcomes={DNS: "timeout", WEB: "ok"}, services={"dns": READY, "web": READY})

    assert verdicts(scene)[DNS] == ("application", "silent-alone")


# Several addresses


def test_each_address_is_judged_by_itself() -> None:
    other = f"{THERE} api 8080"
    scene = Scene(outcomes={WEB: "timeout", other: "ok"}, services={"web": READY, "api": READY})

    assert verdicts(scene) == {WEB: ("network", "silent"), other: ("ok", "tcp")}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("timeout", ("network", "silent")),
        ("unreachable no-route", ("network", "no-route")),
        ("refused", ("application", "refused")),
    ],
)
def test_that_it_answers_on_its_other_address_is_told(outcome: str, expected: tuple[str, str]) -> None:
    sixth = f"{SIXTH} web 80"
    scene = Scene(outcomes={WEB: "ok", sixth: outcome}, services={"web": READY})

    assert verdicts(scene)[sixth] == expected
    assert "On 127.0.0.5 the same port answers" in words(scene, sixth)


def test_an_application_that_works_elsewhere_may_listen_on_one_family() -> None:
    here, there = f"{SIXTH} web 80", f"{SIXTH} api 8080"
    scene = Scene(
        outcomes={WEB: "ok", here: "refused", there: "refused"}, services={"web": READY, "api": READY}
    )

    assert verdicts(scene)[here] == verdicts(scene)[there] == ("network", "all-refused")
    assert "one IP family only" in words(scene, here)
    assert "one IP family only" not in words(scene, there)
