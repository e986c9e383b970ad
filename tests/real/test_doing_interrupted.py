"""Ctrl-C, SIGTERM, a lost connection: what was done and what was not is on the screen and in the journal."""

from __future__ import annotations

import signal
import time

import pytest

from tests.real.between import Between, Lost, Passing, edits, once, reads, watches
from tests.real.crash_town import KEY, CrashTown, check_how_far, records
from tests.real.running import Ended, Plugin, Running

_SIGNALS = [pytest.param(signal.SIGINT, 130, id="SIGINT"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")]


def _states(plugin: Plugin) -> list[str]:
    (record,) = records(plugin.journals)
    return [step.state for step in record.progress]


def _signalled(
    town: CrashTown,
    plugin: Plugin,
    number: signal.Signals,
    at: object,
    *,
    times: int = 1,
    after: bool = False,
) -> Ended:
    """The plan of the town, signalled when such a request comes, or ``after`` its answer."""
    assert callable(at)
    running: list[Running] = []

    def strike() -> None:
        for _ in range(times):
            running[0].signal(number)
            time.sleep(0.1)  # it is heard while the request is still on its way

    with Between(town.cluster) as between:
        hook = once(at, strike)
        between.before, between.after = (between.before, hook) if after else (hook, between.after)
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        with plugin.start("fix", *town.fix.words, "--yes", kubeconfig=kubeconfig) as process:
            running.append(process)
            return process.ended()


def _finished_and_taken_back(town: CrashTown, plugin: Plugin) -> None:
    finished = plugin("undo", "--resume", "--yes")
    assert finished.status == 0, finished.err
    assert KEY in town.annotations("one")
    taken_back = plugin("undo", "--yes")
    assert taken_back.status == 0, taken_back.err
    assert town.state() == town.start


@pytest.mark.parametrize(("number", "status"), _SIGNALS)
def test_at_the_question(town: CrashTown, plugin: Plugin, number: signal.Signals, status: int) -> None:
    town.begin(2)
    versions = town.versions()
    terminal = plugin.at_terminal("fix", *town.fix.words)
    assert "[y/N]" in terminal.asked("[y/N]")
    terminal.signal(number)
    ended = terminal.ended()
    assert ended.status == status
    assert "nothing was changed" in ended.err and "Traceback" not in ended.err
    assert town.versions() == versions
    assert not plugin.journals.exists()


@pytest.mark.parametrize(("number", "status"), _SIGNALS)
def test_before_the_first_edit(town: CrashTown, plugin: Plugin, number: signal.Signals, status: int) -> None:
    town.begin(2)
    versions = town.versions()
    ended = _signalled(town, plugin, number, reads("home"))
    assert ended.status == status
    assert "nothing was changed" in ended.err
    assert town.versions() == versions
    assert not plugin.journals.exists()


@pytest.mark.parametrize(("number", "status"), _SIGNALS)
def test_between_the_edits(town: CrashTown, plugin: Plugin, number: signal.Signals, status: int) -> None:
    """The next edit is not sent, and it is said; SIGTERM by somebody in a hurry, who sends it twice."""
    town.begin(2)
    home_is_edited: list[bool] = []

    def reads_home_again(passing: Passing) -> bool:
        home_is_edited.extend([True] if edits("home")(passing) else [])
        return bool(home_is_edited) and reads("home")(passing)

    twice = number == signal.SIGTERM
    ended = _signalled(town, plugin, number, reads_home_again, times=2 if twice else 1)
    assert ended.status == status, ended.err
    assert "Edits made: default/home; not made: 1." in ended.err
    assert "may have been made" not in ended.err
    assert "undo" in ended.err and "--resume" in ended.err
    assert _states(plugin) == ["done", "planned"]
    check_how_far(town, records(plugin.journals)[0])
    if not twice:
        _finished_and_taken_back(town, plugin)


def test_while_an_edit_is_under_way(town: CrashTown, plugin: Plugin) -> None:
    """The server has made it, and the answer was not waited for: the edit is looked for."""
    town.begin(2)
    ended = _signalled(town, plugin, signal.SIGTERM, edits("one"), after=True)
    assert ended.status == 143, ended.err
    assert "Edits made: default/home, default/one; not made: 0." in ended.err
    assert _states(plugin) == ["done", "done"]


def test_while_metallb_is_waited_for(town: CrashTown, plugin: Plugin) -> None:
    town.begin(2)
    town.cluster.stop_controller()
    try:
        ended = _signalled(town, plugin, signal.SIGINT, watches)
        assert ended.status == 130, ended.err
        assert "Edits made: default/home, default/one; not made: 0." in ended.err
        assert _states(plugin) == ["done", "done"]
        assert not records(plugin.journals)[0].verified
    finally:
        town.cluster.restart_controller()
    _finished_and_taken_back(town, plugin)


@pytest.mark.parametrize("arrives", [False, True])
def test_the_connection_is_lost_at_an_edit(town: CrashTown, plugin: Plugin, arrives: bool) -> None:
    """Nobody can know whether it was made, so neither is said; the journal has it as sent."""
    town.begin(2)
    with Between(town.cluster) as between:

        def cut() -> None:
            between.cut()
            raise Lost

        hook = once(edits("one"), cut)
        between.before, between.after = (between.before, hook) if arrives else (hook, between.after)
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        ended = plugin.start("fix", *town.fix.words, "--yes", kubeconfig=kubeconfig).ended()
    assert ended.status == 4, ended.err
    assert "This edit may have been made: give default/one the sharing key" in ended.err
    assert "Edits made: default/home; not made: 0." in ended.err
    assert "Traceback" not in ended.err
    assert _states(plugin) == ["done", "sent"]
    assert (KEY in town.annotations("one")) == arrives
    if arrives:
        assert plugin("undo", "--yes").status == 0
        assert town.state() == town.start
    else:
        _finished_and_taken_back(town, plugin)


def test_one_answer_is_lost_and_the_edit_is_found(town: CrashTown, plugin: Plugin) -> None:
    town.begin(2)

    def lose() -> None:
        raise Lost

    with Between(town.cluster, after=once(edits("one"), lose)) as between:
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        ended = plugin.start("fix", *town.fix.words, "--yes", kubeconfig=kubeconfig).ended()
    assert ended.status == 0, ended.err
    assert _states(plugin) == ["done", "done"]
    assert len([passing for passing in between.seen if passing.edits]) == 2


def test_the_connection_is_lost_while_metallb_is_waited_for(town: CrashTown, plugin: Plugin) -> None:
    town.begin(2)
    with Between(town.cluster) as between:
        between.before = once(watches, between.cut)
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        words = ("fix", *town.fix.words, "--yes", "--timeout", "3s")
        ended = plugin.start(*words, kubeconfig=kubeconfig).ended()
    assert ended.status == 4, ended.err
    assert "The edits were made" in ended.err and "Traceback" not in ended.err
    assert _states(plugin) == ["done", "done"]
