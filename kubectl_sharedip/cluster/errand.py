"""One thing that is done in the background, for whoever looks after it later.

It exists because a thread keeps what goes wrong in it to itself. Refuses to be stopped: what nobody waits
for is left to itself, also at the end of the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Errand(Generic[T]):
    """Begins ``task`` at once."""

    def __init__(self, task: Callable[[], T]) -> None:
        self._task = task
        self._ended = threading.Event()
        self._result: T
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self._ended.is_set()

    def result(self) -> T:
        """What the task gives, waited for. Raises what the task raises."""
        self._ended.wait()
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._task()
        except BaseException as error:  # all of it: this thread has no caller, who asks for the result is one
            self._error = error
        finally:
            self._ended.set()
