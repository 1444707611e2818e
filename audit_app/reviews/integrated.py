"""Integrated reviews: what other standards want to hear, mapped onto our inputs: nothing is asked twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from audit_app.core import yaml_file
from audit_app.reviews.models import AnyKey, ExtraKey, InputKey, Review, key_of
from audit_app.reviews.pack import Answered, Name

LIBRARY = Path(__file__).with_name("library") / "inputs.yaml"
OWN = "ISO/IEC 20000-1:2018"
"""The standard whose fourteen inputs are always asked."""


@dataclass(frozen=True)
class Wanted:
    """One thing a standard wants to hear: its clause, in short words, and the inputs that say it."""

    standard: str
    clause: str
    title: Name
    under: tuple[AnyKey, ...]


@cache
def library() -> tuple[Wanted, ...]:
    """Everything of the file that ships, in its order."""
    return tuple(
        Wanted(
            standard["name"],
            each["clause"],
            Name(each["title_en"], each["title_zh"]),
            tuple(key_of(key) for key in each["under"]),
        )
        for standard in yaml_file.read(LIBRARY)["standards"]
        for each in standard["inputs"]
    )


def standards() -> list[str]:
    """The standards that a review can be integrated with."""
    return list(dict.fromkeys(each.standard for each in library()))


def keys_for(chosen: Iterable[str]) -> list[AnyKey]:
    """The inputs of a review: the fourteen of 9.3, then what only the other standards ask."""
    wanted = {key for each in library() if each.standard in set(chosen) for key in each.under}
    return [*InputKey, *(key for key in ExtraKey if key in wanted)]


def keys_of(review: Review) -> list[AnyKey]:
    """The same for a review, and extra inputs that were written before a standard was taken out."""
    there = {row.key for row in review.inputs}
    chosen = set(keys_for(review.standards))
    return [key for key in (*InputKey, *ExtraKey) if key in chosen or key in there]


def answers(key: AnyKey, chosen: Sequence[str]) -> tuple[Answered, ...]:
    """Which clauses of the chosen standards an input answers."""
    return tuple(
        Answered(each.standard, each.clause, each.title)
        for each in library()
        if each.standard in chosen and key in each.under
    )
