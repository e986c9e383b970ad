"""kubectl lines: played on the objects they give and take what they should."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

from kubectl_sharedip.apply.fields import value_at
from kubectl_sharedip.apply.wayback import as_commands, way_back
from kubectl_sharedip.model.plan import Edit
from kubectl_sharedip.model.results import Done
from tests.apply_room.cluster_of_three import (
    GIVE_HOLDER,
    HELD,
    HOLDER,
    JOIN,
    KEY,
    OTHER,
    WAITER,
    WAKE,
    Lab,
    effect,
    service,
    set_annotation,
    set_spec,
    way,
)
from tests.fakeapi import Json
from tests.fakeapi.store import merged

FLAGS = ("--context", "my lab")


def played(line: str, objects: dict[str, Json], flags: tuple[str, ...] = ()) -> None:
    """What kubectl does with such a line."""
    words = shlex.split(line)
    assert words[: 1 + len(flags)] == ["kubectl", *flags]
    verb, namespace_flag, namespace, target, *rest = words[1 + len(flags) :]
    assert (namespace_flag, namespace) == ("-n", "shop")
    name = target.removeprefix("svc/")
    if verb == "patch":
        assert rest[:2] == ["--type=merge", "-p"]
        objects[name] = merged(objects[name], json.loads(rest[2]))
        return
    assert (verb, rest[-1]) == ("annotate", "--overwrite")
    annotations = objects[name]["metadata"]["annotations"]
    for pair in rest[:-1]:
        key, equals, value = pair.partition("=")
        if equals:
            annotations[key] = value
        else:
            assert key.endswith("-")
            del annotations[key[:-1]]


def both_ways(*edits: Edit, objects: dict[str, Json]) -> list[str]:
    """The lines of the plan, which must do the same as its edits, and are taken back by the others."""
    before = {name: json.loads(json.dumps(body)) for name, body in objects.items()}
    forth = as_commands(edits, flags=FLAGS)
    for line, edit in zip(forth, edits, strict=True):
        played(line, objects, FLAGS)
        for operation in edit.operations:
            assert value_at(objects[edit.service.name], operation.path) == operation.value
    images = {HOLDER: before["holder"], WAITER: before["waiter"]}
    for line in way_back(edits, images, flags=FLAGS):
        played(line, objects, FLAGS)
    assert objects == before
    return list(forth)


def cluster(**annotations: str) -> dict[str, Json]:
    return {
        "holder": service("holder", HELD, annotations=annotations),
        "waiter": service("waiter", loadBalancerIP=HELD, annotations=annotations),
    }


def test_annotations_are_annotated() -> None:
    lines = both_ways(*JOIN.edits, WAKE, objects=cluster())
    assert lines[0] == (f"kubectl --context 'my lab' annotate -n shop svc/holder {KEY}=dns --overwrite")
    assert way_back(JOIN.edits, {}) == (
        f"kubectl annotate -n shop svc/waiter {KEY}- --overwrite",
        f"kubectl annotate -n shop svc/holder {KEY}- --overwrite",
    )


def test_fields_of_the_spec_are_patched() -> None:
    lines = both_ways(set_spec(WAITER, "loadBalancerIP", None, HELD), objects=cluster())
    assert lines == [
        "kubectl --context 'my lab' patch -n shop svc/waiter --type=merge"
        """ -p '{"spec": {"loadBalancerIP": null}}'"""
    ]


def test_an_edit_of_both_is_one_patch() -> None:
    give_up = set_spec(WAITER, "loadBalancerIP", None, HELD)
    both = replace(give_up, operations=(*give_up.operations, *set_annotation(WAITER, KEY, "dns").operations))
    (line,) = both_ways(both, objects=cluster())
    assert shlex.split(line)[3] == "patch"


def test_values_survive_the_shell_and_kubectl() -> None:
    for value in (
        'it\'s; rm -rf $HOME `x` "q" \\',
        "a=b",
        "ends-",
        "",
        " ",
        "*",
        "ü",
        "two\nlines",
        "\u202e",
    ):
        for was in (None, value, "other"):
            objects = cluster() if was is None else cluster(**{KEY: was})
            (line,) = both_ways(set_annotation(HOLDER, KEY, value, was), objects=objects)
            assert line.isprintable()


def test_the_newest_edit_of_a_field_is_taken_back_first() -> None:
    both_ways(GIVE_HOLDER, set_annotation(HOLDER, KEY, "dns2", "dns"), objects=cluster())


def test_local_gets_its_health_check_port_again() -> None:
    edit = set_spec(HOLDER, "externalTrafficPolicy", "Cluster", "Local")
    before = {HOLDER: service("holder", HELD, externalTrafficPolicy="Local", healthCheckNodePort=30_500)}
    (line,) = way_back([edit], before)
    patch = json.loads(shlex.split(line)[-1])
    assert patch == {"spec": {"externalTrafficPolicy": "Local", "healthCheckNodePort": 30_500}}
    (line,) = way_back([edit], {HOLDER: service("holder", HELD)})
    assert json.loads(shlex.split(line)[-1]) == {"spec": {"externalTrafficPolicy": "Local"}}


def test_who_came_by_the_key_goes_without_it_until_the_rest_is_back() -> None:
    """Else the one who was there would lose the address to it, being the one that is edited."""
    waits = service("waiter", loadBalancerIP=HELD, annotations={KEY: "dns"})
    images = {HOLDER: service("holder", HELD), WAITER: waits}
    assert way_back([GIVE_HOLDER], images) == (
        f"kubectl annotate -n shop svc/waiter {KEY}- --overwrite",
        f"kubectl annotate -n shop svc/holder {KEY}- --overwrite",
        f"kubectl annotate -n shop svc/waiter {KEY}=dns --overwrite",
    )
    elsewhere = service("waiter", OTHER, annotations={KEY: "dns"})
    stranger = service("waiter", annotations={KEY: "dot"})
    for beside in (elsewhere, stranger):  # nobody who came
        (line,) = way_back([GIVE_HOLDER], {**images, WAITER: beside})
        assert "svc/holder" in line
    sent_away = set_spec(HOLDER, "loadBalancerIP", OTHER, None)  # then nobody came to it
    keyed = {HOLDER: service("holder", HELD, annotations={KEY: "dns"}), WAITER: waits}
    assert len(way_back([sent_away], keyed)) == 1


def test_after_a_run_the_lines_give_back_what_was_there(lab: Lab) -> None:
    chosen = way(
        GIVE_HOLDER, set_spec(WAITER, "loadBalancerIP", None, HELD), effects=(effect(HOLDER, HELD, HELD),)
    )
    before = lab.before()
    result = lab.carry_out(chosen)
    assert isinstance(result, Done)
    objects = {name.name: lab.get(name) for name in (HOLDER, WAITER)}
    for line in way_back([each.edit for each in result.applied], lab.recorded().before):
        played(line, objects)
    for name in (HOLDER, WAITER):
        assert objects[name.name]["spec"] == before[name]["spec"]
        assert objects[name.name]["metadata"]["annotations"] == before[name]["metadata"]["annotations"]
