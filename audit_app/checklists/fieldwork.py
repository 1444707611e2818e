"""The state of an audit's checklist as plain values: answers, sections, counts, what comes next."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from audit_app.checklists.models import AnswerRevision, Checklist, ChecklistItem, Verdict
from audit_app.checklists.notes import Noted
from audit_app.checklists.signatures import Signed
from audit_app.evidence.models import Attachment
from audit_app.programme.models import Audit

LARGE = 20
"""A section with more questions than this is shown by its sub-sections."""

NONCONFORMITIES = (Verdict.MINOR, Verdict.MAJOR)
TO_WRITE_UP = (Verdict.MINOR, Verdict.MAJOR, Verdict.OBSERVATION, Verdict.OFI)
"""Verdicts that usually lead to a finding."""


def disputed(heads: Sequence[AnswerRevision]) -> bool:
    """Whether the heads of one item say different things (the tablet asks the same in ``heads.js``)."""
    return len({(head.value, head.note, head.flagged, str(head.sample)) for head in heads}) > 1


@dataclass(frozen=True)
class Answer:
    """One item with the heads of its revisions and its files."""

    item: ChecklistItem
    heads: tuple[AnswerRevision, ...] = ()
    files: tuple[Attachment, ...] = ()
    notes: tuple[Noted, ...] = ()

    @property
    def sample(self) -> dict[str, Any] | None:
        """The sampling record; of several heads the newest one that has any."""
        return next((head.sample for head in reversed(self.heads) if head.sample), None)

    @property
    def conflict(self) -> bool:
        """Two people answered without seeing each other, and not the same."""
        return disputed(self.heads)

    @property
    def head(self) -> AnswerRevision | None:
        """The revision that is shown: the only one, or the newest of several."""
        return self.heads[-1] if self.heads else None

    @property
    def value(self) -> Verdict | None:
        """The verdict that counts; None while there is none, or while it is disputed."""
        if len({head.value for head in self.heads}) > 1:
            return None
        return self.heads[-1].value if self.heads else None

    @property
    def verdict(self) -> Verdict:
        """The verdict as a label: OPEN while there is none."""
        return self.value or Verdict.OPEN

    @property
    def note(self) -> str:
        """The notes of all heads, oldest first; usually there is one."""
        return "\n\n".join(dict.fromkeys(head.note for head in self.heads if head.note))

    @property
    def answered(self) -> bool:
        """Whether there is a verdict and no dispute about it."""
        return self.value is not None and not self.conflict

    @property
    def flagged(self) -> bool:
        """Somebody marked it to come back to."""
        return any(head.flagged for head in self.heads)

    @property
    def bare(self) -> bool:
        """Conform, but no file, no word, no sample and no note from the field says on what evidence."""
        evidence = self.files or self.note.strip() or self.sample or self.notes
        return self.value is Verdict.CONFORM and not evidence


@dataclass(frozen=True)
class Section:
    """A part of a checklist with its questions; ``key`` is a clause number or a name from a sheet."""

    key: str
    title: str
    answers: tuple[Answer, ...]
    checklist: Checklist

    @property
    def total(self) -> int:
        """Questions."""
        return len(self.answers)

    @property
    def answered(self) -> int:
        """Questions with a verdict."""
        return sum(answer.answered for answer in self.answers)

    @property
    def missing(self) -> int:
        """Questions without."""
        return self.total - self.answered

    @property
    def counts(self) -> Counter[Verdict]:
        """Questions per verdict."""
        return Counter(answer.verdict for answer in self.answers)


@dataclass(frozen=True)
class Fieldwork:
    """The checklists of an audit. ``rows`` are in reading order and include headings."""

    audit: Audit
    rows: tuple[Answer, ...]
    earlier: Mapping[int, AnswerRevision] = field(default_factory=dict)
    findings: Mapping[int, list[Any]] = field(default_factory=dict)
    notes: tuple[Noted, ...] = ()
    signatures: tuple[Signed, ...] = ()

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """The rows that are assessed."""
        return tuple(row for row in self.rows if row.item.assessable)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The parts, per checklist, in reading order."""
        return tuple(_sections(self.rows))

    @property
    def checklists(self) -> list[Checklist]:
        """The checklists, in the order they were added."""
        return list(dict.fromkeys(row.item.checklist for row in self.rows))

    @property
    def total(self) -> int:
        """Questions."""
        return len(self.answers)

    @property
    def answered(self) -> int:
        """Questions with a verdict and no dispute."""
        return sum(answer.answered for answer in self.answers)

    @property
    def counts(self) -> dict[Verdict, int]:
        """Questions per verdict, every verdict named."""
        found = Counter(answer.verdict for answer in self.answers)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def conflicts(self) -> list[Answer]:
        """Questions that two people answered differently."""
        return [answer for answer in self.answers if answer.conflict]

    @property
    def bare(self) -> list[Answer]:
        """Questions judged conform without evidence."""
        return [answer for answer in self.answers if answer.bare]

    @property
    def bare_share(self) -> float | None:
        """Which part of what was judged conform has no evidence; None while nothing was."""
        return len(self.bare) / self.conform if self.conform else None

    @property
    def conform(self) -> int:
        """Questions judged conform."""
        return self.counts[Verdict.CONFORM]

    @property
    def loose_notes(self) -> list[Noted]:
        """Notes that belong to no question yet."""
        known = {answer.item.id for answer in self.answers}
        return [note for note in self.notes if not known & set(note.items)]

    @property
    def flagged(self) -> list[Answer]:
        """Questions that somebody marked."""
        return [answer for answer in self.answers if answer.flagged]

    @property
    def unwritten(self) -> list[Answer]:
        """Nonconformities that are not yet written up as a finding."""
        return [
            answer
            for answer in self.answers
            if answer.value in NONCONFORMITIES and answer.item.id not in self.findings
        ]

    def answer(self, item_id: int) -> Answer | None:
        """One question by the id of its item."""
        return next((answer for answer in self.answers if answer.item.id == item_id), None)

    def next_unanswered(self, after: int | None = None) -> Answer | None:
        """The next question without a verdict below the item ``after``, from the top again at the end."""
        ids = [answer.item.id for answer in self.answers]
        start = ids.index(after) + 1 if after in ids else 0
        around = self.answers[start:] + self.answers[:start]
        return next((answer for answer in around if not answer.answered), None)

    @property
    def last_seq(self) -> int:
        """The newest ``server_seq`` among the heads; 0 before the first answer."""
        return max((head.server_seq for answer in self.answers for head in answer.heads), default=0)


def _sections(rows: Sequence[Answer]) -> Iterator[Section]:
    for checklist in dict.fromkeys(row.item.checklist for row in rows):
        mine = [row for row in rows if row.item.checklist is checklist]
        above = {row.item.clause: row.item for row in mine if row.item.clause}
        paths = {row.item.id: path(row.item, above) for row in mine}
        sizes = Counter(_root(paths[row.item.id]) for row in mine if row.item.assessable)
        parts: dict[str, list[Answer]] = {}
        for row in mine:
            if not row.item.assessable:
                continue
            key = _root(paths[row.item.id])
            if sizes[key] > LARGE and len(paths[row.item.id]) > 2:
                key = paths[row.item.id][1]
            parts.setdefault(key, []).append(row)
        for key, answers in parts.items():
            yield Section(key, above[key].title if key in above else "", tuple(answers), checklist)


def path(item: ChecklistItem, above: Mapping[str, ChecklistItem]) -> list[str]:
    """Keys of an item and of everything above it, outermost first."""
    keys, now = [item.clause or f"#{item.id}"], item
    while now.section and now.section not in keys and len(keys) < 20:
        keys.insert(0, now.section)
        parent = above.get(now.section)
        if parent is None:
            break
        now = parent
    return keys


def _root(keys: list[str]) -> str:
    return keys[0] if len(keys) > 1 else ""
