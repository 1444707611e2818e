"""Lists inside a sentence."""

from collections.abc import Sequence

NAMED = 12
"""So many codes or clauses are named in one sentence; the rest is counted."""


def named(names: Sequence[str]) -> str:
    """The first few names, then how many more: "8.1, 8.2 (+3)"."""
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" (+{rest})" if rest > 0 else "")
