"""A disk that is full and a folder that vanishes, at every note of ``fix`` and ``undo``: both ways out."""

from __future__ import annotations

import errno
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kubectl_sharedip.apply import journal, journal_file
from kubectl_sharedip.apply.journal import Journal
from kubectl_sharedip.apply.journal_record import JournalError, JournalRecord
from kubectl_sharedip.apply.journals import read_journals
from kubectl_sharedip.model.results import Done
from tests.command_line.town import Town, quick
from tests.fakeapi import FakeApi

_MOST_NOTES = 20
_EDITS = (1, 2, 4)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@contextmanager
def town_of(folder: Path, edits: int) -> Iterator[Town]:
    folder.mkdir(parents=True)
    with FakeApi() as api:
        yield Town(api, folder, edits)


@contextmanager
def full_from(number: int) -> Iterator[list[int]]:
    """Nothing can be written from the note of that number (0 or more) on.

    What is yielded holds how many notes there were.
    """
    plain, notes = journal_file.write_whole, [0]

    def write(path: Path, text: str) -> None:
        notes[0] += 1
        if notes[0] > number:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        plain(path, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "write_whole", write)
        yield notes


@contextmanager
def folder_gone_before(number: int) -> Iterator[list[int]]:
    """Somebody removes the folder with all that is in it just before the note of that number (0 or more)."""
    plain, notes = Journal._keep, [0]

    def keep(self: Journal, entry: JournalRecord) -> None:
        notes[0] += 1
        if notes[0] == number + 1:
            shutil.rmtree(self.path.parent)
        plain(self, entry)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "_keep", keep)
        yield notes


@pytest.mark.parametrize("edits", _EDITS)
def test_a_full_disk_in_a_fix(tmp_path: Path, edits: int) -> None:
    for number in range(_MOST_NOTES):
        with town_of(tmp_path / str(number), edits) as town:
            with full_from(number) as notes, suppress(JournalError):
                ended = town.do()
                if notes[0] <= number:
                    assert isinstance(ended, Done)
                    return
            town.rests()
            if number == 0:
                assert town.services() == town.start
                assert read_journals(town.journals).found == ()
                continue
            (found,) = read_journals(town.journals).found
            assert found.record.id == "theplan"
            assert town("undo", "--yes") == (0 if found.record.touched else 3), number
            town.rests()
            assert town.services() == town.start, number
    pytest.fail("the run never came to its end")


@pytest.mark.parametrize("edits", _EDITS)
def test_there_is_room_again_and_the_fix_is_finished(tmp_path: Path, edits: int) -> None:
    for number in range(1, _MOST_NOTES):
        with town_of(tmp_path / str(number), edits) as town:
            with full_from(number) as notes, suppress(JournalError):
                town.do()
            if notes[0] <= number:
                return
            assert town("undo", "--resume", "--yes") == 0, number
            town.rests()
            assert town.services() == town.goal(), number
    pytest.fail("the run never came to its end")


def test_a_full_disk_in_an_undo(tmp_path: Path) -> None:
    for number in range(_MOST_NOTES):
        with town_of(tmp_path / str(number), 4) as town:
            assert isinstance(town.do(), Done)
            with full_from(number) as notes:
                status = town("undo", "--yes")
            town.rests()
            if notes[0] <= number:
                assert status == 0
                return
            # 0: all is back, and that could not be noted of the fix alone.
            assert status in (3, 4) or town.services() == town.start, number
            town("undo", "--yes")  # it may have been done, and not noted
            town.rests()
            assert town.services() == town.start, number
    pytest.fail("the run never came to its end")


@pytest.mark.parametrize("edits", _EDITS)
def test_a_folder_that_vanishes_is_made_again_with_all_that_was_in_it(tmp_path: Path, edits: int) -> None:
    for number in range(_MOST_NOTES):
        with town_of(tmp_path / str(number), edits) as town:
            with folder_gone_before(number) as notes:
                assert isinstance(town.do(), Done)
            town.rests()
            assert town.services() == town.goal()
            (found,) = read_journals(town.journals).found
            assert (found.record.id, found.record.state) == ("theplan", "done")
            assert stat.S_IMODE(town.journals.stat().st_mode) == 0o700
            assert town("undo", "--yes") == 0, number
            town.rests()
            assert town.services() == town.start, number
            if notes[0] <= number:
                return
    pytest.fail("the run never came to its end")


@pytest.mark.parametrize("command", [("undo", "--list"), ("undo", "--yes")])
def test_a_link_in_the_folder_is_not_followed(
    tmp_path: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """It could name a file of somebody else, whose words would be done."""
    with town_of(tmp_path / "town", 1) as town:
        assert isinstance(town.do(), Done)
        town.rests()
        (file,) = town.journals.glob("*.json")
        file.rename(tmp_path / "elsewhere.json")
        file.symlink_to(tmp_path / "elsewhere.json")

        status = town(*command)

        assert town.services() == town.goal()
        assert status == (0 if "--list" in command else 3)
        assert "symbolic link" in capsys.readouterr().err
