"""Trees of frozen dataclasses as canonical JSON: the one way in which a record is kept for ever.

A tree holds facts and keys, never prose of ours, so that what is frozen today can be read in either language
later. It consists of its own classes, tuples, text, whole numbers, Decimal, date, datetime and None.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Name:
    """Master data with a name in both languages."""

    en: str
    zh: str


LATER = {"later": True}
"""Metadata of a field that came after the first trees were kept: it is optional, and None is not written, so
that a tree of before reads and writes as on its day."""

_SIMPLE: dict[str, Any] = {
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}


class Codec:
    """Writes and reads one kind of tree. ``name`` stands in what it raises: "a review pack"."""

    def __init__(self, name: str, root: type, kinds: Iterable[type]) -> None:
        self.name, self.root = name, root
        self.kinds = {kind.__name__: kind for kind in kinds}
        self.fields = {kind: tuple(each.name for each in fields(kind)) for kind in self.kinds.values()}
        self.later = {
            kind: {each.name for each in fields(kind) if each.metadata.get("later")}
            for kind in self.kinds.values()
        }

    def write(self, tree: Any) -> str:
        """Canonical JSON: sorted keys, no blanks, Decimal as text, instants in UTC. Raises TypeError for a
        stranger.
        """
        plain = self._plain(tree)
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def read(self, text: str) -> Any:
        """The tree of a canonical JSON text; ``read(write(tree)) == tree``. Raises ValueError for other
        text.
        """
        try:
            tree = self._alive(json.loads(text))
        except (KeyError, TypeError, ArithmeticError) as error:
            raise ValueError(f"This is not the text of {self.name}.") from error
        if not isinstance(tree, self.root):
            raise ValueError(f"This is not the text of {self.name}.")
        return tree

    def sound(self, text: str, sha256: str) -> bool:
        """Whether a kept text still has its hash and still says, word for word, what is read from it."""
        try:
            return digest(text) == sha256 and self.write(self.read(text)) == text
        except ValueError:
            return False

    def _plain(self, value: Any) -> Any:
        if value is None or type(value) in (str, int):
            return value
        if type(value) is tuple:
            return [self._plain(each) for each in value]
        if type(value) is Decimal:
            return {"_": "Decimal", "v": str(value)}
        if type(value) is datetime:
            return {"_": "datetime", "v": value.astimezone(UTC).isoformat()}
        if type(value) is date:
            return {"_": "date", "v": value.isoformat()}
        kind = type(value)
        if kind in self.fields:
            found = {name: self._plain(getattr(value, name)) for name in self.fields[kind]}
            found = {
                name: each for name, each in found.items() if each is not None or name not in self.later[kind]
            }
            found["_"] = kind.__name__
            return found
        raise TypeError(f"There is no place in {self.name} for {type(value).__name__}: {value!r}")

    def _alive(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._alive(each) for each in value)
        if not isinstance(value, dict):
            return value
        kind = value["_"]
        if kind in _SIMPLE:
            return _SIMPLE[kind](value["v"])
        return self.kinds[kind](**{name: self._alive(each) for name, each in value.items() if name != "_"})


def digest(text: str) -> str:
    """SHA-256 (hex) of a tree's JSON."""
    return hashlib.sha256(text.encode()).hexdigest()
