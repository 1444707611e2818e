"""The state of an audit's checklist as plain values: answers, sections, counts, what comes next."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from audit_app.checklists import conditions, fields, lacking
from audit_app.checklists.models import (
    AnswerRevision,
    Checklist,
    ChecklistItem,
    Need,
    ResponseKind,
    Verdict,
)
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
    return len({(head.value, head.note, head.flagged, str(head.sample), head.reply) for head in heads}) > 1


@dataclass(frozen=True)
class Answer:
    """One item with the heads of its revisions and its files."""

    item: ChecklistItem
    heads: tuple[AnswerRevision, ...] = ()
    files: tuple[Attachment, ...] = ()
    notes: tuple[Noted, ...] = ()
    sisters: tuple["Answer", ...] = ()

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
    def reply(self) -> str:
        """What was answered beside the verdict; of several heads the newest one that has any."""
        return next((head.reply for head in reversed(self.heads) if head.reply), "")

    @property
    def reply_words(self) -> str:
        """The reply in the reader's language."""
        return fields.said(self.item, self.reply)

    @property
    def rule(self) -> str:
        """What is in order, in the reader's language."""
        return fields.rule(self.item)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The replies on offer, with their words; none where one is written."""
        return fields.KINDS[self.item.kind].tokens(self.item.settings)

    def told(self, row: AnswerRevision) -> str:
        """What a record replied to this question, in the reader's language."""
        return fields.said(self.item, row.reply)

    @property
    def lacking_words(self) -> str:
        """What is missing, as demands to who answers."""
        return " ".join(lacking.lacks_words(each) for each in self.lacking)

    @property
    def answered(self) -> bool:
        """Whether there is a verdict, no dispute about it, and nothing missing that the question asks for."""
        return self.value is not None and not self.conflict and not self.lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """What a verdict still lacks, by the keys of ``lacking.py``; what does not apply lacks
        nothing. The tablet asks the same in ``lacking.js``."""
        if self.value in (None, Verdict.NOT_APPLICABLE):
            return ()
        item, found = self.item, []
        if fields.KINDS[item.kind].replies and not self.reply:
            found.append("reply")
        if item.kind is ResponseKind.PHOTO and not self.has_files:
            found.append("photo")
        if not self._has(item.needs):
            found.append(item.needs.value)
        proposed = fields.judge(item, self.reply, item.checklist.audit.starts_on)
        if proposed not in (None, self.value) and not self.note.strip() and "note" not in found:
            found.append("why")
        return tuple(found)

    @property
    def has_files(self) -> bool:
        """A file is here, or named by an answer and still on its way."""
        return bool(self.files) or any(head.attachment_ids for head in self.heads)

    def _has(self, need: Need) -> bool:
        """Whether the evidence that the question asks for is there, here or with its sisters."""
        all_of_it = (self, *self.sisters)
        if need is Need.NOTE:
            return bool(self.note.strip() or self.notes)
        if need is Need.FILE:
            return any(each.has_files for each in all_of_it)
        return need is not Need.SAMPLE or any(each.sample for each in all_of_it)

    @property
    def flagged(self) -> bool:
        """Somebody marked it to come back to."""
        return any(head.flagged for head in self.heads)

    @property
    def bare(self) -> bool:
        """Conform, but no file, no word, no sample and no note from the field says on what evidence, neither
        here nor at the question of another standard on the same subject."""
        return self.value is Verdict.CONFORM and not any(each.evident for each in (self, *self.sisters))

    @property
    def evident(self) -> bool:
        """Something says on what evidence this was answered."""
        return bool(self.files or self.note.strip() or self.sample or self.notes or self._told)

    @property
    def _told(self) -> bool:
        """The reply itself says what was seen: a number, a date, words. A yes does not."""
        told = (ResponseKind.NUMBER, ResponseKind.DATE, ResponseKind.TEXT)
        return self.item.kind in told and bool(self.reply)


@dataclass(frozen=True)
class Section:
    """A part of a checklist; ``key`` is a clause number or a name from a sheet, ``rows`` are its questions
    and ``answers`` those of them that are asked."""

    key: str
    title: str
    rows: tuple[Answer, ...]
    checklist: Checklist
    answers: tuple[Answer, ...]

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
        """The questions that are asked."""
        return tuple(row for row in self.questions if row.item.id not in self.not_asked)

    @cached_property
    def questions(self) -> tuple[Answer, ...]:
        """The rows that are assessed, those included that no answer leads to."""
        return tuple(row for row in self.rows if row.item.assessable)

    @cached_property
    def not_asked(self) -> frozenset[int]:
        """Ids of the questions that the answers so far do not lead to."""
        return conditions.not_asked(place_of(row) for row in self.questions)

    @property
    def skipped(self) -> list[Answer]:
        """The questions that are not asked, in reading order."""
        return [row for row in self.questions if row.item.id in self.not_asked]

    @property
    def incomplete(self) -> list[Answer]:
        """Questions with a verdict that still lacks what the question asks for."""
        return [answer for answer in self.answers if answer.lacking and not answer.conflict]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The parts, per checklist, in reading order."""
        return tuple(_sections(self.rows, self.not_asked))

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
        """One question by the id of its item, asked or not."""
        return next((answer for answer in self.questions if answer.item.id == item_id), None)

    def next_unanswered(self, after: int | None = None) -> Answer | None:
        """The next question without a verdict below the item ``after``, from the top again at the end."""
        ids = [answer.item.id for answer in self.answers]
        start = ids.index(after) + 1 if after in ids else 0
        around = self.answers[start:] + self.answers[:start]
        return next((answer for answer in around if not answer.answered), None)

    @property
    def last_seq(self) -> int:
        """The newest ``server_seq`` among the heads; 0 before the first answer."""
        return max((head.server_seq for answer in self.questions for head in answer.heads), default=0)


def place_of(row: Answer) -> conditions.Place:
    """A question as the conditions see it; a disputed answer says nothing yet."""
    said = frozenset() if row.conflict else conditions.said(row.value, row.reply)
    item = row.item
    return conditions.Place(
        item.id, item.checklist_id, item.lineage, item.asked_if, tuple(item.asked_when), said
    )


def with_sisters(rows: Sequence[Answer]) -> tuple[Answer, ...]:
    """The same rows, each with the questions of other checklists of the audit on the same subject."""
    groups: dict[str, list[Answer]] = {}
    for row in rows:
        if row.item.topic and row.item.assessable:
            groups.setdefault(row.item.topic, []).append(row)

    def sisters(row: Answer) -> tuple[Answer, ...]:
        kin = groups.get(row.item.topic, ()) if row.item.topic and row.item.assessable else ()
        return tuple(each for each in kin if each.item.checklist_id != row.item.checklist_id)

    return tuple(replace(row, sisters=kin) if (kin := sisters(row)) else row for row in rows)


def _sections(rows: Sequence[Answer], not_asked: frozenset[int]) -> Iterator[Section]:
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
            asked = tuple(answer for answer in answers if answer.item.id not in not_asked)
            yield Section(key, above[key].title if key in above else "", tuple(answers), checklist, asked)


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
