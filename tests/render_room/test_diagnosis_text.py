"""The text of why: one paragraph for one cause, every fact once, and nothing that 80 columns cannot show."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.render_room, however pytest was started

from kubectl_sharedip.render.diagnosis import diagnosis_text, grouped
from kubectl_sharedip.render.style import Style
from tests.render_room.forms import Json, fact, finding, item, leaf, remedy, rule

PLAIN = Style(enabled=False)
TAKEN = "2026-01-01T00:10:00Z"


def text(*items: Json, width: int | None = 80, events: bool = False, taken_at: str | None = TAKEN) -> str:
    document = {"source": {"takenAt": taken_at}, "items": list(items)}
    return diagnosis_text(document, width=width, style=PLAIN, events=events)


@pytest.fixture
def taken() -> Json:
    """A port that is taken, with its proof and what MetalLB said."""
    asks = fact("web", "spec.loadBalancerIP", "192.0.2.10")
    mine, theirs = (fact(name, "spec.ports[0]", "80/TCP") for name in ("web", "api"))
    proof = rule(
        4,
        "a port can be held once",
        rule(2, "it is asked for", leaf(1, asks)),
        leaf(3, theirs),
        leaf(5, mine),
    )
    found = finding(
        "SIP206",
        "On 192.0.2.10 its ports are taken: 80/TCP by shop/api.",
        decisive=True,
        cause=True,
        objects=[asks, theirs, mine],
        remedies=[remedy("Drop its request: it gets 192.0.2.11", "kubectl sharedip fix web -n shop")],
    )
    said = {
        "reason": "AllocationFailed",
        "type": "Warning",
        "message": "port TCP/80 is already in use",
        "lastSeen": "2026-01-01T00:07:00Z",
        "agrees": True,
    }
    return item(cause="SIP206/192.0.2.10#1", proof=proof, findings=[found], events=[said])


def test_one_service_at_80_columns(taken: Json) -> None:
    assert text(taken) == (
        "shop/web is Pending: on 192.0.2.10 its ports are taken: 80/TCP by shop/api.\n"
        "                                                                          SIP206\n"
        "\n"
        "   1  Service shop/web\n"
        '        spec.loadBalancerIP = "192.0.2.10"\n'
        '        spec.ports[0] = "80/TCP"\n'
        "   2  Service shop/api\n"
        '        spec.ports[0] = "80/TCP"\n'
        "   3  it is asked for  (1)\n"
        "   4  a port can be held once  (1, 2, 3)\n"
        "\n"
        "  MetalLB's event (3m ago) says AllocationFailed: \"port TCP/80 is already in\n"
        '    use"\n'
        "\n"
        "  What helps\n"
        "    Drop its request: it gets 192.0.2.11.\n"
        "      kubectl sharedip fix web -n shop\n"
    )


def test_without_a_terminal_nothing_is_broken_and_the_code_follows(taken: Json) -> None:
    first = text(taken, width=None).splitlines()[0]
    assert first == "shop/web is Pending: on 192.0.2.10 its ports are taken: 80/TCP by shop/api.  SIP206"


def test_an_event_without_the_time_of_the_snapshot_has_its_own(taken: Json) -> None:
    assert "MetalLB's event (2026-01-01T00:07:00Z) says" in text(taken, taken_at=None)


def test_what_a_misleading_event_means_stands_under_it(taken: Json) -> None:
    said = "port TCP/80 is already in use"
    means = finding("SIP507", f'MetalLB says "{said}", and means here: the port.', severity="info")
    shown = text({**taken, "findings": [*taken["findings"], means]})
    event = shown.index("MetalLB's event (3m ago) says AllocationFailed:\n")
    assert event < shown.index("    MetalLB says") < shown.index("What helps")
    assert " ".join(shown.split()).count(said) == 1
    assert shown.count("SIP507") == 1


@pytest.mark.parametrize("told", [False, True])
def test_an_outdated_event_is_called_so_once(taken: Json, told: bool) -> None:
    old = {**taken["events"][0], "agrees": False}
    outdated = [finding("SIP502", "The event is outdated.", severity="info")] if told else []
    shown = text({**taken, "events": [old], "findings": [*taken["findings"], *outdated]})
    assert ("an earlier state" in shown) is not told
    assert ("The event is outdated." in shown) is told


def test_several_causes_are_told_with_where_metallb_stops_and_the_facts_of_all() -> None:
    key = finding("SIP201", "It has no key.", decisive=True, cause=True, objects=[fact("web", "key", None)])
    ports = finding("SIP206", "Taken.", cause=True, objects=[fact("api", "port", "80")])
    shown = text(item(findings=[key, ports], proof=rule(2, "a key is needed", leaf(1, key["objects"][0]))))
    assert shown.splitlines()[:3] == [
        "shop/web is Pending, for 2 reasons.",
        "  SIP201  It has no key. (here MetalLB stops)",
        "  SIP206  Taken.",
    ]
    assert "key is not set" in shown
    assert 'port = "80"' in shown


def test_what_stops_metallb_is_told_beside_the_cause() -> None:
    cause = finding("SIP203", "Its key differs.", cause=True)
    full = finding("SIP307", "No pool has room.", decisive=True)
    assert text(item(findings=[cause, full])).splitlines() == [
        "shop/web is Pending: its key differs." + " " * 37 + "SIP203",
        "  SIP307  No pool has room. (here MetalLB stops)",
    ]


def test_a_name_at_the_beginning_of_a_message_keeps_its_letters() -> None:
    cause = finding("SIP308", "MetalLB does not accept the pools.", cause=True)
    assert text(item(findings=[cause])).startswith("shop/web is Pending: MetalLB does not accept")


def full(name: str, **fields: Any) -> Json:
    """One of many that a full pool keeps back."""
    ways = [
        remedy(f"Give shop/{name} a key", f"kubectl sharedip fix {name} -n shop --share-with first"),
        remedy("Add a range", "kubectl edit ipaddresspool/lab -n metallb-system"),
    ]
    found = [finding("SIP307", "No pool has room.", decisive=True, cause=True, remedies=ways)]
    return item(name, cause="SIP307#1", findings=[*found, *fields.pop("more", [])], **fields)


def test_forty_services_with_one_cause_are_one_paragraph() -> None:
    shown = text(*(full(f"w{n:02d}") for n in range(40)))
    assert shown.splitlines()[0].startswith("40 Services are Pending, each for this: no pool has room.")
    assert shown.count("SIP307") == 1
    assert all(f"shop/w{n:02d}" in shown for n in range(40))
    assert shown.count("kubectl edit ipaddresspool/lab") == 1
    assert shown.count("kubectl sharedip fix") == 1
    assert "(this for shop/w00, and alike for 39 more)" in " ".join(shown.split())
    assert [line for line in shown.splitlines() if len(line) > 80] == []


def test_of_very_many_the_rest_is_counted_and_said_to_be_in_json() -> None:
    shown = " ".join(text(*(full(f"w{n:03d}") for n in range(100))).split())
    assert "100 Services are Pending" in shown
    assert "shop/w059, and 40 more (-o json has them all)." in shown
    assert "w060" not in shown


def test_each_one_s_own_findings_stay_its_own_and_common_ones_are_told_once() -> None:
    def told(name: str) -> Json:
        return finding("SIP704", f"Service shop/{name} was deployed by Helm.", severity="info")

    odd = finding("SIP115", "A key is almost alike.", severity="warning")
    items = [full("a", more=[told("a"), odd]), full("b", more=[told("b")])]
    shown = text(*items)
    assert "  All of them:\n    SIP704  Service shop/a was deployed by Helm.\n" in shown
    assert "  shop/a:\n    SIP115  A key is almost alike.\n" in shown


def test_only_who_waits_for_the_same_stands_together() -> None:
    has = full("c", state="Assigned", addresses=["192.0.2.1"])
    new = full("d", state="Predicted")
    other = item("e", cause="SIP201#1")
    bare = [item("f"), item("g")]
    items = [full("a"), has, full("b"), new, other, *bare]
    names = [[one["name"] for one in group] for group in grouped(items)]
    assert names == [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"]]


def test_an_assigned_one_is_told_with_its_sharers_and_its_proof() -> None:
    proof = rule(2, "it stays", leaf(1, fact("web", "spec.loadBalancerIP", "192.0.2.1")))
    shown = text(
        item(
            state="Assigned",
            addresses=["192.0.2.1"],
            pool="lab",
            key="k",
            sharers=[{"namespace": "shop", "name": "api"}],
            proof=proof,
            findings=[finding("SIP605", "node-1 answers for it.", severity="info")],
        )
    )
    assert shown.startswith('shop/web has 192.0.2.1 (pool lab, key "k"), shared with shop/api.\n')
    assert shown.index("it stays") < shown.index("node-1 answers for it.")


def test_skipped_checks_take_few_lines_and_say_what_is_open() -> None:
    lacks = {
        "SIP404": "configurationstates",
        **{f"SIP60{n}": "nodes, endpointslices" for n in range(1, 5)},
        "SIP608": "nodes",
    }
    skipped = [{"code": code, "because": f"not read: {what}"} for code, what in lacks.items()]
    lines = text(item(skipped=skipped), width=None).splitlines()
    assert lines[2:] == [
        "  Not checked: SIP404 (configurationstates not read); SIP601 to SIP604, SIP608 (nodes,"
        " endpointslices not read).",
        "  Open: whether MetalLB and its configuration are in order, whether the address can be reached.",
    ]


def test_events_of_everybody_with_their_age(taken: Json) -> None:
    other = {
        "reason": "Synced",
        "type": "Normal",
        "message": "fine\x1b[31m",
        "lastSeen": "2026-01-01T00:09:50Z",
        "agrees": None,
    }
    shown = text({**taken, "events": [*taken["events"], other]}, events=True)
    assert "MetalLB's event" not in shown
    assert shown.endswith(
        "  Last events\n"
        '       3m ago  Warning AllocationFailed: "port TCP/80 is already in use"\n'
        '      10s ago  Normal Synced: "fine\\u001b[31m"\n'
    )
    assert text(item(), events=True).endswith("No events.\n")


def test_only_the_verb_and_the_codes_are_painted(taken: Json) -> None:
    document = {"source": {"takenAt": TAKEN}, "items": [taken]}
    painted = diagnosis_text(document, width=80, style=Style(enabled=True))
    assert painted.startswith("shop/web \x1b[31mis Pending\x1b[0m: on 192.0.2.10")
    assert painted.splitlines()[1].endswith("\x1b[31mSIP206\x1b[0m")
    assert painted.count("\x1b[") == 4
