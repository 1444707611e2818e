"""Which questions are asked: one that depends on an earlier answer is asked when that answer says so.

The tablet decides the same in ``static/fieldwork/conditions.js``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit_app.exports.values import listed, titled


@dataclass(frozen=True)
class Place:
    """A question of one checklist: ``asked_if`` is the lineage it depends on, ``said`` what was answered."""

    id: int
    checklist: int
    lineage: str
    asked_if: str
    asked_when: tuple[str, ...]
    said: frozenset[str]


def said(value: Any, reply: str) -> frozenset[str]:
    """What an answer says to a condition: its verdict and its reply."""
    return frozenset(each for each in (str(getattr(value, "value", value) or ""), reply) if each)


def not_asked(places: Iterable[Place]) -> frozenset[int]:
    """The ids of the questions that are not asked, or not yet. ``places`` come in reading order.

    A question is asked when the one it depends on is asked itself and was answered with one of its
    ``asked_when``. A dependence on something that this checklist does not hold (it was narrowed) hides
    nothing.
    """
    known: dict[tuple[int, str], Place] = {}
    out: set[int] = set()
    for place in places:
        parent = known.get((place.checklist, place.asked_if)) if place.asked_if else None
        if parent is not None and (parent.id in out or not parent.said & set(place.asked_when)):
            out.add(place.id)
        known[place.checklist, place.lineage] = place
    return frozenset(out)


def in_words(item: Any, by_lineage: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """ "8.6.1: Yes, Minor NC" – on which answer a question depends; "" when on none."""
    parent = by_lineage.get(item.asked_if)
    if parent is None:
        return ""
    return titled(parent.clause or parent.title, listed(words.get(each, each) for each in item.asked_when))
