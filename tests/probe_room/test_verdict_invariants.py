"""What holds of every verdict, whatever was seen and is known."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_sharedip.model.probing import Judged, Place
from kubectl_sharedip.report.verdicts import because
from tests.probe_room.scene import HERE, SIXTH, Scene, Svc, finding

PLACES_INSIDE: tuple[Place, ...] = ("pod", "node")
OUTCOMES = (
    *("ok", "refused", "timeout", "timeout connected", "unreachable host", "unreachable no-route"),
    *("unreachable forbidden", "reset cut", "reset ended", "reset not-tls", "reset not-http", "reset alert"),
    *("not-tried udp", "not-tried sctp", "not-tried files", "not-tried unreadable"),
)
FINDINGS = (
    *(finding(f"SIP{number}") for number in (209, *range(601, 612))),
    finding("SIP602", certain=False),
    finding("SIP609", severity="warning"),
)
services = st.builds(
    Svc,
    ready=st.sampled_from([None, 0, 2]),
    backend=st.sampled_from(["", "one", "two"]),
    policy=st.sampled_from(["Cluster", "Local"]),
    ranges=st.sampled_from([(), (), ("10.0.0.0/8",), ("127.0.0.0/8",)]),
    findings=st.lists(st.sampled_from(FINDINGS), max_size=3, unique_by=id).map(tuple),
    unread=st.sampled_from([(), ("nodes",)]),
    handled=st.booleans(),
)
keys = st.sampled_from(
    [f"{a} {s} {p}" for a in (HERE, SIXTH) for s in ("web", "api", "dns") for p in (80, 443)]
)
scenes = st.builds(
    Scene,
    outcomes=st.dictionaries(keys, st.sampled_from(OUTCOMES), min_size=1, max_size=8),
    services=st.dictionaries(st.sampled_from(["web", "api", "dns"]), services),
    place=st.sampled_from(["outside", "pod", "node"]),
    source=st.sampled_from(["127.0.0.1", None]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenes, st.randoms(use_true_random=False))
def test_what_holds_of_every_verdict(scene: Scene, chance: random.Random) -> None:
    judged = scene.judged()

    for key, one in judged.items():
        outcome, name = scene.outcomes[key], one.verdict.name
        assert (name == "ok") == (outcome == "ok")
        assert one.failing or outcome in ("ok", "not-tried udp", "not-tried sctp", "not-tried unreadable")
        assert name != "announcement" or one.verdict.findings
        _words_without_gaps(because(one.verdict))
    _inside_nothing_is_said_of_the_network(scene)
    _order_is_no_matter(scene, judged, chance)
    _another_address_changes_nothing(scene, judged)


def _words_without_gaps(text: str) -> None:
    assert text.endswith(".")
    assert ".." not in text
    assert "{" not in text
    assert "None " not in text.replace("None of", "")


def _inside_nothing_is_said_of_the_network(scene: Scene) -> None:
    for place in PLACES_INSIDE:
        names = {one.verdict.name for one in replace(scene, place=place).judged().values()}
        assert names <= {"ok", "application", "unknown"}


def _order_is_no_matter(scene: Scene, judged: dict[str, Judged], chance: random.Random) -> None:
    shuffled = list(scene.outcomes.items())
    chance.shuffle(shuffled)
    again = replace(scene, outcomes=dict(shuffled)).judged()

    for key, one in judged.items():
        assert (one.verdict.name, one.verdict.reason) == (again[key].verdict.name, again[key].verdict.reason)


def _another_address_changes_nothing(scene: Scene, judged: dict[str, Judged]) -> None:
    alone = {key: outcome for key, outcome in scene.outcomes.items() if key.startswith(HERE)}
    for key, one in replace(scene, outcomes=alone).judged().items():
        assert one.verdict.name == judged[key].verdict.name
