"""Notes from the field as they stand: jotted down first, assigned to questions later.

What two people wrote apart on one note is joined, as the tablet joins it (static/fieldwork/threads.js).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from audit_app.checklists.models import AnswerRevision, RecordKind


@dataclass(frozen=True)
class Noted:
    """One note: its words, whose they are, which questions it belongs to."""

    thread: str
    text: str
    quote: bool
    speaker: str
    items: tuple[int, ...]
    author: str
    at: datetime
    files: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The words; a quotation with its marks and who said it."""
        if not self.quote:
            return self.text
        return f"{self.speaker}: “{self.text}”" if self.speaker else f"“{self.text}”"


def noted(heads: Iterable[AnswerRevision]) -> tuple[Noted, ...]:
    """The notes among the heads of an audit, oldest first, without those thrown away."""
    threads: dict[str, list[AnswerRevision]] = defaultdict(list)
    for row in heads:
        if row.kind is RecordKind.NOTE and row.thread is not None:
            threads[row.thread].append(row)
    return tuple(_joined(thread, rows) for thread, rows in threads.items() if not _gone(rows))


def by_item(notes: Iterable[Noted]) -> Mapping[int, tuple[Noted, ...]]:
    """The notes of each question that has any."""
    found: dict[int, list[Noted]] = defaultdict(list)
    for note in notes:
        for item in note.items:
            found[item].append(note)
    return {item: tuple(each) for item, each in found.items()}


def _gone(rows: list[AnswerRevision]) -> bool:
    return all((row.payload or {}).get("gone") for row in rows)


def _joined(thread: str, rows: list[AnswerRevision]) -> Noted:
    facts = [row.payload or {} for row in rows]
    return Noted(
        thread,
        "\n\n".join(dict.fromkeys(row.note for row in rows if row.note)),
        any(each.get("quote") for each in facts),
        ", ".join(dict.fromkeys(each["speaker"] for each in facts if each.get("speaker"))),
        tuple(dict.fromkeys(item for each in facts for item in each.get("items", ()))),
        ", ".join(dict.fromkeys(row.author.name for row in rows)),
        rows[-1].received_at,
        tuple(dict.fromkeys(file for row in rows for file in row.attachment_ids)),
    )
