"""Killed at every request: ``undo --resume`` reaches the goal, ``undo`` the start, nobody else moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubectl_sharedip.apply.journals import read_journals
from kubectl_sharedip.model.results import Done
from tests.command_line.town import Killed, Town, kill_at, quick
from tests.fakeapi import FakeApi

# Killed is raised in the threads of watches too, where nobody is to catch it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

_MOST_REQUESTS = 60
Making = Callable[[str], "Town"]


@contextmanager
def town_of(folder: Path, edits: int) -> Iterator[Town]:
    folder.mkdir(parents=True)
    with FakeApi() as api:
        yield Town(api, folder, edits)
        api.pause(0)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


def state_of(town: Town) -> str | None:
    """The state of the plan, None where no journal was begun; each journal is whole."""
    journals = read_journals(town.journals)
    assert journals.damaged == ()
    return next((each.record.state for each in journals.found if each.record.id == "theplan"), None)


def touched(town: Town) -> bool:
    """Whether the journal says that something may have been changed."""
    return any(each.record.touched for each in read_journals(town.journals).found)


def cut_off(town: Town, number: int, *, after: bool) -> bool:
    """Whether the run was killed at that request."""
    with pytest.MonkeyPatch.context() as patch:
        happened = kill_at(patch, number, after=after)
        try:
            assert isinstance(town.do(), Done)
        except Killed:
            assert happened()
    town.rests()
    return happened()


@pytest.mark.parametrize("edits", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_every_request(tmp_path: Path, edits: int, after: bool) -> None:
    for number in range(_MOST_REQUESTS):
        with town_of(tmp_path / f"resume-{number}", edits) as town:
            killed = cut_off(town, number, after=after)
            if state_of(town) is None:  # it died before there was a journal
                assert town.services() == town.start
                assert town("undo", "--resume", "--yes") == 3
            else:
                assert town("undo", "--resume", "--yes") == 0, number
                assert town.services() == town.goal(), number
                assert state_of(town) == "done"
        if not killed:
            return
        with town_of(tmp_path / f"undo-{number}", edits) as town:
            cut_off(town, number, after=after)
            assert town("undo", "--yes") == (0 if touched(town) else 3), number
            town.rests()
            assert town.services() == town.start, number
            assert state_of(town) in (None, "undone", "partly")
    pytest.fail("the run never came to its end")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("again", [(), ("--resume",)])
def test_an_undo_that_is_killed_is_done_again_or_finished(
    tmp_path: Path, after: bool, again: tuple[str, ...]
) -> None:
    for number in range(_MOST_REQUESTS):
        with town_of(tmp_path / str(number), 4) as town:
            assert isinstance(town.do(), Done)
            killed = killed_program(town, number, "undo", "--yes", after=after)
            assert town("undo", *again, "--yes") == (0 if killed or again else 3)
            town.rests()
            assert town.services() == town.start, number
            assert state_of(town) == "undone"
        if not killed:
            return
    pytest.fail("the undo never came to its end")


@pytest.mark.parametrize("after", [False, True])
def test_a_resume_that_is_killed_is_finished(tmp_path: Path, after: bool) -> None:
    for number in range(_MOST_REQUESTS):
        with town_of(tmp_path / str(number), 4) as town:
            with pytest.MonkeyPatch.context() as patch:
                kill_at(patch, 1, after=True, counted=("PATCH",))
                with pytest.raises(Killed):
                    town.do()
            town.rests()
            killed = killed_program(town, number, "undo", "--resume", "--yes", after=after)
            assert town("undo", "--resume", "--yes") == 0
            assert town.services() == town.goal(), number
        if not killed:
            return
    pytest.fail("it never came to its end")


def killed_program(town: Town, number: int, *words: str, after: bool) -> bool:
    """Runs the program, killed at that patch; whether it came to that."""
    with pytest.MonkeyPatch.context() as patch:
        happened = kill_at(patch, number, after=after, counted=("PATCH",))
        try:
            assert town(*words) == 0
        except Killed:
            assert happened()
    town.rests()
    return happened()
