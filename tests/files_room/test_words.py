"""The words that redacting leaves are those that the habits look at: else a finding would go with them."""

from __future__ import annotations

from kubectl_sharedip.diagnose.environments import USUAL
from kubectl_sharedip.diagnose.habits import _EMPTY_WORDS
from kubectl_sharedip.files.redact import words


def test_words_of_environments_stay() -> None:
    assert frozenset(word for names in USUAL.names for word in names) == words.ENVIRONMENTS
    assert frozenset(USUAL.labels) == words.ENVIRONMENT_LABELS


def test_keys_that_say_nothing_stay() -> None:
    assert words.EMPTY_KEYS == _EMPTY_WORDS
