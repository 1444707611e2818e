"""What changed between two versions of a checklist, question by question and word by word. Stores nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from flask_babel import gettext as _

from audit_app.checklists import conditions, fields
from audit_app.checklists.models import Question
from audit_app.checklists.words import FIELDS

WORDED = (
    "clause", "section", "title_en", "title_zh", "prompt_en", "prompt_zh", "evidence_en", "evidence_zh",
)  # fmt: skip
"""Compared word by word."""


@dataclass(frozen=True)
class Piece:
    """A run of words: ``how`` is same, gone or new."""

    text: str
    how: str


@dataclass(frozen=True)
class Change:
    """One fact of a question that differs."""

    label: Any
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Row:
    """A question that differs; ``how`` is added, removed, changed or moved."""

    how: str
    question: Question
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Everything that differs, in the order of the newer version; what went stands at its old place."""

    rows: tuple[Row, ...]
    same: int

    def count(self, how: str) -> int:
        """Questions and headings of one kind of change."""
        return sum(row.how == how for row in self.rows)


def between(old: Sequence[Question], new: Sequence[Question]) -> Difference:
    """Compare by lineage, so that a question is itself under another number too."""
    before = {each.lineage: each for each in old}
    after = {each.lineage: each for each in new}
    kept = [each.lineage for each in new if each.lineage in before]
    steady = _steady([each.lineage for each in old if each.lineage in after], kept)
    names = {each.lineage: each for each in (*old, *new)}
    rows: list[tuple[float, Row]] = []
    for place, each in enumerate(new):
        was = before.get(each.lineage)
        changes = _changes(was, each, names) if was is not None else ()
        if was is None:
            rows.append((place, Row("added", each)))
        elif changes:
            rows.append((place, Row("changed", each, changes)))
        elif each.lineage not in steady:
            rows.append((place, Row("moved", each)))
    places = {each.lineage: place for place, each in enumerate(new)}
    last = -1.0
    for each in old:
        last = places.get(each.lineage, last)
        if each.lineage not in after:
            rows.append((last + 0.5, Row("removed", each)))
    told = tuple(row for _place, row in sorted(rows, key=lambda pair: pair[0]))
    return Difference(told, len(new) - sum(row.how != "removed" for row in told))


def _steady(old: list[str], new: list[str]) -> set[str]:
    """Those that kept their order; the rest was moved."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {each for block in blocks for each in old[block.a : block.a + block.size]}


def _changes(old: Question, new: Question, names: dict[str, Question]) -> tuple[Change, ...]:
    found = []
    for name in WORDED:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            found.append(Change(FIELDS[name], was, now, words(was, now)))
    for label, tell in _TOLD:
        before, after = tell(old, names), tell(new, names)
        if before != after:
            found.append(Change(label(), before, after))
    return tuple(found)


def answered_by(question: Question) -> str:
    """How a question is answered, in the reader's language: the kind and what is in order."""
    if not question.assessable:
        return _("heading")
    rule = fields.rule(question)
    return f"{question.kind.label}. {rule}".removesuffix(". ") if rule else str(question.kind.label)


def condition(question: Question, names: dict[str, Question]) -> str:
    """On which answer a question depends, in the reader's language; "" when it is always asked."""
    parent = names.get(question.asked_if)
    words_ = dict(fields.tokens(parent)) if parent is not None else {}
    return conditions.in_words(question, names, words_)


_TOLD = (
    (lambda: _("How it is answered"), lambda each, names: answered_by(each)),
    (lambda: _("Evidence required"), lambda each, names: str(each.needs.label)),
    (lambda: _("Weight"), lambda each, names: str(each.weight)),
    (lambda: _("Asked only after"), condition),
    (
        lambda: _("Documented information"),
        lambda each, names: _("yes") if each.documented_information else _("no"),
    ),
)


def words(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as runs of words that stayed, went and came. Chinese is compared character by character."""
    old, new = _split(before), _split(after)
    found: list[Piece] = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(Piece("".join(old[a:b]), "same"))
            continue
        if a < b:
            found.append(Piece("".join(old[a:b]), "gone"))
        if c < d:
            found.append(Piece("".join(new[c:d]), "new"))
    return tuple(found)


def _split(text: str) -> list[str]:
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|\s+|[^\w\s]", text)
