"""What was read once is not read again: the columns of a log hold few different words, very many times."""

from collections.abc import Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")
LONGEST = 100
"""Longer texts are not remembered: they hardly come again, and may be of any length."""


class Recall(dict[str, Found], Generic[Found]):
    """``recall[text]`` is ``read(text)``; at ``most`` texts all are forgotten, and it begins anew."""

    def __init__(self, read: Callable[[str], Found], most: int) -> None:
        super().__init__()
        self._read, self._most = read, most

    def __missing__(self, text: str) -> Found:
        found = self._read(text)
        if len(text) <= LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = found
        return found
