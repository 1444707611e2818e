"""Drawing lots so that anybody can draw them again: the same list, seed and number give the same ids.

The method in words: write ``seed:id`` for every id of the population, take the SHA-256 of each (UTF-8, in
hexadecimal), sort by it, keep the first so many. Nothing depends on the order of the list, on the machine or
on a library's random numbers; a tablet without a network computes the same (static/fieldwork/draw.js), and so
does ``printf 'seed:id' | sha256sum``. Asking for more keeps what was drawn and adds the next ones.
"""

import hashlib
from collections.abc import Iterable


def draw(ids: Iterable[str], size: int, seed: str) -> list[str]:
    """``size`` ids of the population (or all of a smaller one), in the order drawn; doubles count once."""
    return sorted(dict.fromkeys(ids), key=lambda each: (lot(each, seed), each))[: max(0, size)]


def lot(one: str, seed: str) -> str:
    """What decides about one id: SHA-256 (hex) of ``seed:id``."""
    return hashlib.sha256(f"{seed}:{one}".encode()).hexdigest()
