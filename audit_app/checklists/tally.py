"""The answers of many audits at once, as plain values: what trends over audits are counted from.

The same questions, answers and evidence as the fieldwork of one audit shows (``fieldwork.Answer``), but
read by columns and for any number of audits in a number of queries that does not grow.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, and_, cast, exists, select
from sqlalchemy.orm import aliased

from audit_app.checklists import notes
from audit_app.checklists.models import (
    AnswerRevision,
    Checklist,
    ChecklistItem,
    RecordKind,
    ResponseKind,
    Template,
    TemplateVersion,
    Verdict,
)
from audit_app.checklists.queries import not_asked_in, standing, with_author
from audit_app.competence.standards import of_home
from audit_app.core.db import db
from audit_app.evidence.models import Attachment

BESIDE = frozenset({Verdict.NOT_APPLICABLE, Verdict.OPEN})
AGAINST = frozenset({Verdict.MAJOR, Verdict.MINOR})
TELLING = frozenset({ResponseKind.NUMBER, ResponseKind.DATE, ResponseKind.TEXT})
"""Kinds whose reply itself says what was seen."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question that was judged (what does not apply is left out).

    ``clause`` is that of our own standard, "" for a question of another one; ``level`` the maturity (0 to 4)
    where the question is answered by a score; ``bare``: conform, and nothing says on what evidence.
    """

    audit_id: int
    item_id: int
    clause: str
    verdict: Verdict
    weight: int
    level: int | None
    bare: bool

    @property
    def conform(self) -> bool:
        """No nonconformity: the share of these is the conformity."""
        return self.verdict not in AGAINST


@dataclass(slots=True)
class _Item:
    """A question with all that counts of its heads."""

    audit_id: int
    item_id: int
    checklist_id: int
    clause: str
    kind: ResponseKind
    weight: int
    topic: str
    verdicts: set[Verdict | None]
    evident: bool
    reply: str = ""


def judged(audits: Collection[int]) -> list[Judged]:
    """Every judged question of the audits. Four queries, whatever their number."""
    if not audits:
        return []
    skipped, noted = not_asked_in(audits), _noted(audits)
    items = [each for each in _items(audits, noted).values() if each.item_id not in skipped]
    sisters = _evident_topics(items)
    return list(_told(items, sisters))


def _told(items: Iterable[_Item], sisters: dict[tuple[int, str], set[int]]) -> Iterator[Judged]:
    for each in items:
        if len(each.verdicts) != 1:
            continue
        (verdict,) = each.verdicts
        if verdict is None or verdict in BESIDE:
            continue
        elsewhere = sisters.get((each.audit_id, each.topic), set()) - {each.checklist_id}
        bare = verdict is Verdict.CONFORM and not each.evident and not elsewhere
        level = int(each.reply) if each.kind is ResponseKind.SCORE and each.reply else None
        yield Judged(each.audit_id, each.item_id, each.clause, verdict, each.weight, level, bare)


def _items(audits: Collection[int], noted: frozenset[int]) -> dict[int, _Item]:
    """The answered questions, each with its heads together."""
    found: dict[int, _Item] = {}
    homes: dict[str, bool] = {}
    for *place, standard, value, note, payload, filed in db.session.execute(_rows(audits)):
        audit, item, checklist, clause, kind, weight, topic = place
        if standard not in homes:
            homes[standard] = of_home(standard)
        one = found.get(item)
        if one is None:
            own, evident = clause if homes[standard] else "", bool(filed) or item in noted
            one = found[item] = _Item(audit, item, checklist, own, kind, weight, topic, set(), evident)
        facts: dict[str, Any] = payload or {}
        reply = facts.get("reply", "")
        one.verdicts.add(value)
        one.reply = reply or one.reply
        one.evident |= bool(note.strip() or facts.get("sample") or (kind in TELLING and reply))
    return found


def _rows(audits: Collection[int]) -> Any:
    """A row for each head of each question: where it stands, what it says, whether a file hangs on it."""
    given = standing().where(
        AnswerRevision.audit_id.in_(audits), AnswerRevision.kind == RecordKind.ANSWER
    ).subquery()  # fmt: skip
    answer = aliased(AnswerRevision, given)
    filed = exists().where(
        Attachment.kind == "checklist_item", Attachment.subject_id == cast(ChecklistItem.id, String)
    )
    return (
        select(
            Checklist.audit_id, ChecklistItem.id, Checklist.id, ChecklistItem.clause, ChecklistItem.kind,
            ChecklistItem.weight, ChecklistItem.topic, Template.standard,
            answer.value, answer.note, answer.payload, filed,
        )
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(TemplateVersion, TemplateVersion.id == Checklist.version_id)
        .join(Template, Template.id == TemplateVersion.template_id)
        .join(answer, and_(answer.item_id == ChecklistItem.id, answer.audit_id == Checklist.audit_id))
        .where(Checklist.audit_id.in_(audits), ChecklistItem.assessable)
        .order_by(answer.server_seq)
    )  # fmt: skip


def _noted(audits: Collection[int]) -> frozenset[int]:
    """Questions to which a note from the field belongs. One query."""
    query = standing().where(AnswerRevision.audit_id.in_(audits), AnswerRevision.kind == RecordKind.NOTE)
    rows = db.session.scalars(with_author(query.order_by(AnswerRevision.server_seq)))
    return frozenset(notes.by_item(notes.noted(rows)))


def _evident_topics(items: Iterable[_Item]) -> dict[tuple[int, str], set[int]]:
    """Per audit and subject the checklists in which something says on what evidence."""
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for each in items:
        if each.topic and each.evident:
            found[each.audit_id, each.topic].add(each.checklist_id)
    return found
