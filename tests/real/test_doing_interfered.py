"""Somebody else is at work at the same time: each ends in a clear word and a consistent cluster."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.real.between import Between, Passing, edits, once, reads
from tests.real.crash_town import KEY, SHARED, CrashTown, Json, records
from tests.real.running import Ended, Plugin
from tests.realcluster.processes import wait_until

_LOOKS_EVERY_S = 0.05
_MEET_WITHIN_S = 60.0


def _through(town: CrashTown, plugin: Plugin, *words: str, **hooks: Callable[[Passing], None]) -> Ended:
    """The program with these hooks between it and the server."""
    with Between(town.cluster, **hooks) as between:
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        return plugin.start(*words, kubeconfig=kubeconfig).ended()


def _together(town: CrashTown, plugin: Plugin, *commands: tuple[str, ...]) -> list[Ended]:
    """Two processes at once; neither sends its first edit before both are about to. The one that came
    first to its end well stands first.
    """
    barrier = threading.Barrier(len(commands))
    meets = [once(lambda passing: passing.edits, lambda: barrier.wait(_MEET_WITHIN_S)) for _ in commands]
    ended: list[Ended] = []
    with Between(town.cluster, before=meets[0]) as first, Between(town.cluster, before=meets[1]) as second:
        running = [
            plugin.start(*words, kubeconfig=between.kubeconfig(plugin.folder / f"{number}.kubeconfig"))
            for number, (between, words) in enumerate(zip((first, second), commands, strict=True))
        ]
        ended = [process.ended() for process in running]
    return sorted(ended, key=lambda one: one.status)


@pytest.mark.parametrize("number", [1, 4])
def test_the_same_fix_twice_at_once(town: CrashTown, plugin: Plugin, number: int) -> None:
    """One is done, and the other stops at what the first has written, without having edited anything."""
    town.begin(number)
    words = ("fix", *town.fix.words, "--yes")
    first, second = _together(town, plugin, words, words)
    assert (first.status, second.status) == (0, 4), (first.err, second.err)
    edited = f"default/{town.fix.edited[0]}"
    assert (
        f"Stopped at an edit of {edited}: changed meanwhile by somebody else: Service {edited}" in second.err
    )
    assert f"Edits made: none; not made: {number}." in second.err
    done, stopped = sorted(records(plugin.journals), key=lambda record: record.state)
    assert (done.state, done.verified, stopped.made, stopped.touched) == ("done", True, 0, False)
    assert "Nothing to do" in plugin(*words).out
    taken_back = plugin("undo", "--yes")  # the one that did something is the last one
    assert taken_back.status == 0, taken_back.err
    assert town.state() == town.start


def test_two_fixes_of_two_services_at_once(town: CrashTown, plugin: Plugin) -> None:
    """Both want to give the holder a key, each another one: it gets one, and the other plan is made anew."""
    town.begin(2)
    commands = [("fix", name, "--allow", "others", "--yes") for name in ("one", "two")]
    first, second = _together(town, plugin, *commands)
    assert (first.status, second.status) == (0, 4), (first.err, second.err)
    assert "changed meanwhile by somebody else: Service default/home" in second.err
    key = town.annotations("home")[KEY]
    assert key in ("home-one", "home-two")
    again = [plugin(*words) for words in commands]
    assert [one.status for one in again] == [0, 0], [one.err for one in again]
    keys = {town.annotations(name)[KEY] for name in ("home", "one", "two")}
    assert keys == {key}
    assert {tuple(town.state()[f"default/{name}"]["addresses"]) for name in ("home", "one", "two")} == {
        (SHARED,)
    }


def test_a_person_edits_before_the_first_edit(town: CrashTown, plugin: Plugin) -> None:
    town.begin(2)
    versions = town.versions()
    act = once(reads("home"), lambda: town.annotate("one", KEY, "mine"))
    ended = _through(town, plugin, "fix", *town.fix.words, "--yes", before=act)
    assert ended.status == 1, ended.err
    assert "nothing was changed" in ended.err
    assert f'Service default/one: metadata.annotations["{KEY}"] was not set and is "mine"' in ended.err
    lines = ended.err.splitlines()
    command = lines[lines.index("To plan again from what is there now:") + 1].strip()
    assert command.startswith("kubectl sharedip fix one --allow others") and "--yes" not in command
    del versions["one"]
    assert versions.items() <= town.versions().items()
    assert not plugin.journals.exists()


_BETWEEN: list[tuple[str, str, Callable[[CrashTown], None], Callable[[Passing], bool]]] = [
    ("one", KEY, lambda town: town.annotate("one", KEY, "mine"), reads("home")),
    ("home", KEY, lambda town: town.annotate("home", KEY, "mine"), reads("home")),
    ("one", "note", lambda town: town.annotate("one", "note", "mine"), edits("one")),
]


@pytest.mark.parametrize(
    ("name", "key", "act", "at"), _BETWEEN, ids=["the next one", "the one before", "in the last moment"]
)
def test_a_person_edits_between_the_edits(
    town: CrashTown,
    plugin: Plugin,
    name: str,
    key: str,
    act: Callable[[CrashTown], None],
    at: Callable[[Passing], bool],
) -> None:
    """No further edit is made; what the person wrote stays, and what was made can be taken back."""
    town.begin(2)
    home_is_edited: list[bool] = []

    def due(passing: Passing) -> bool:
        came = bool(home_is_edited) and at(passing)
        home_is_edited.extend([True] if edits("home")(passing) else [])
        return came

    ended = _through(town, plugin, "fix", *town.fix.words, "--yes", before=once(due, lambda: act(town)))
    assert ended.status == 4, ended.err
    assert "Stopped at an edit of default/one: changed meanwhile by somebody else" in ended.err
    assert f"Service default/{name}: metadata.annotations" in ended.err and '"mine"' in ended.err
    assert "Edits made: default/home; not made: 1." in ended.err
    assert "To plan again from what is there now:" in ended.err
    assert town.annotations(name)[key] == "mine"
    assert town.annotations("one").get(KEY) in (None, "mine")
    taken_back = plugin("undo", "--yes")
    if (name, key) == ("home", KEY):  # what the fix wrote is not there any more, so it is nobody's to undo
        assert taken_back.status == 1
        assert 'is "mine", and the plan wrote "home-one"' in taken_back.out
        assert town.annotations("home")[KEY] == "mine"
        return
    assert taken_back.status == 0, taken_back.err
    assert KEY not in town.annotations("home")
    assert town.annotations(name)[key] == "mine"


@contextmanager
def _operator(town: CrashTown, name: str, *, once_it_has: str | None = None) -> Iterator[list[Json]]:
    """Puts the sharing key back to what it was as soon as it sees another one; tells each time.

    With ``once_it_has`` it begins when that Service has the key as well.
    """
    was, over, reverted = town.annotations(name).get(KEY), threading.Event(), list[Json]()

    def reconcile() -> None:
        while not over.is_set():
            now = town.written(name)["metadata"].get("annotations", {})
            begun = once_it_has is None or reverted or town.annotations(once_it_has).get(KEY)
            if begun and now.get(KEY) != was:
                town.annotate(name, KEY, was)
                reverted.append(now)
            time.sleep(_LOOKS_EVERY_S)

    thread = threading.Thread(target=reconcile)
    thread.start()
    try:
        yield reverted
    finally:
        over.set()
        thread.join()


def test_an_operator_reverts_the_last_edit(town: CrashTown, plugin: Plugin) -> None:
    """MetalLB may have answered by then; it ends unverified, and undo has nothing of it left."""
    town.begin(2)
    with _operator(town, "one") as reverted:
        ended = plugin("fix", *town.fix.words, "--yes")
        assert ended.status == 4, ended.err
        assert "The edits were made, and MetalLB did not do what was foretold" in ended.err
        assert f'put back by somebody: Service default/one: metadata.annotations["{KEY}"] was' in ended.err
        taken_back = plugin("undo", "--yes")
        assert taken_back.status == 0, taken_back.err
        assert len(reverted) == 1
    town.cluster.settle()
    assert town.state() == town.start


def test_an_operator_reverts_before_the_next_edit(town: CrashTown, plugin: Plugin) -> None:
    """That one is not made: it would have been for nothing."""
    town.begin(2)
    with _operator(town, "home") as reverted:
        at_home = once(
            edits("home"), lambda: wait_until(lambda: bool(reverted), _MEET_WITHIN_S, "the operator")
        )
        ended = _through(town, plugin, "fix", *town.fix.words, "--yes", after=at_home)
        assert ended.status == 4, ended.err
        stopped = (
            "Stopped at an edit of default/one: changed meanwhile by somebody else: Service default/home"
        )
        assert stopped in ended.err
        assert "Edits made: default/home; not made: 1." in ended.err
        assert plugin("undo", "--yes").status == 0
        assert len(reverted) == 1
    town.cluster.settle()
    assert town.state() == town.start


def test_an_operator_reverts_whom_somebody_has_joined(town: CrashTown, plugin: Plugin) -> None:
    """Its own act costs the holder its address, in MetalLB's hands: that is said, and that it stays away."""
    town.begin(2)
    with _operator(town, "home", once_it_has="one") as reverted:
        ended = plugin("fix", *town.fix.words, "--yes")
        assert ended.status == 4, ended.err
        assert "put back by somebody: Service default/home: metadata.annotations" in ended.err
        assert f"default/home: foretold {SHARED}, seen no address" in ended.err
        taken_back = plugin("undo", "--yes")
        assert taken_back.status == 0, taken_back.err
        assert len(reverted) == 1
    gone = f"default/home had {SHARED} before the plan and gets no address; default/one is there now"
    assert gone in taken_back.out
    town.cluster.settle()
    assert not any(KEY in town.annotations(name) for name in ("home", "one"))
    held = {name: town.state()[f"default/{name}"]["addresses"] for name in ("home", "one")}
    assert held == {"home": [], "one": [SHARED]}


def test_an_operator_reverts_an_undo(town: CrashTown, plugin: Plugin) -> None:
    town.begin(1)
    assert plugin("fix", *town.fix.words, "--yes").status == 0
    with _operator(town, "one") as reverted:
        ended = plugin("undo", "--yes")
        assert ended.status == 4, ended.err
        assert "put back by somebody: " in ended.err
        assert len(reverted) == 1
    town.cluster.settle()
    assert records(plugin.journals)[0].state == "done"  # it is in force again
    assert town.annotations("one")[KEY] == "k"
