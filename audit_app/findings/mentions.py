"""Who is called by name in a text: ``@Name`` as people write it, in Latin or Chinese letters. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

AT = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\S)")
"""A sign that begins a name: not the one inside an e-mail address. Chinese needs no blank before it."""
WORD = re.compile(r"[^\s@＠,，.。;；:：!！?？、]{1,40}")


@dataclass(frozen=True)
class Called:
    """The people named in a text, and what stood after an @ and is nobody's name."""

    people: tuple[Any, ...]
    unknown: tuple[str, ...]


def called(text: str, people: Iterable[Any]) -> Called:
    """The people (with ``name``) whose whole name follows an @ in a text, in the order of the text.

    The longest name that fits wins; in Chinese, text may go on right behind the name. Everybody of the same
    name is meant.
    """
    known: dict[str, list[Any]] = {}
    for person in people:
        known.setdefault(_plain(person.name), []).append(person)
    names = sorted(known, key=len, reverse=True)
    found: dict[int, Any] = {}
    unknown: list[str] = []
    for sign in AT.finditer(text):
        rest = text[sign.end() :]
        name = next((each for each in names if each and _begins(_plain(rest), each)), None)
        if name is not None:
            found |= {person.id: person for person in known[name]}
        elif word := WORD.match(rest):
            unknown.append(word[0])
    return Called(tuple(found.values()), tuple(dict.fromkeys(unknown)))


def _begins(text: str, name: str) -> bool:
    """Whether a text begins with a whole name: after Latin letters the word must end, after Chinese not."""
    if not text.startswith(name):
        return False
    following = text[len(name) : len(name) + 1]
    goes_on = following.isascii() and (following.isalnum() or following == "_")
    return not (goes_on and name[-1].isascii())


def _plain(text: str) -> str:
    """One case, one blank between words; the length stays that of what was typed only in front of a name."""
    return re.sub(r"[ \t\u3000]+", " ", text).casefold()
