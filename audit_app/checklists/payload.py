"""What the fieldwork script is told: items, heads and files as plain values for one JSON block."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from audit_app.accounts.models import Person
from audit_app.checklists import fields, panels, protocol, queries
from audit_app.checklists.exports import section_name
from audit_app.checklists.field_models import Presence
from audit_app.checklists.field_words import words
from audit_app.checklists.fieldwork import TO_WRITE_UP, Answer, Fieldwork
from audit_app.checklists.models import AnswerRevision, ChecklistItem, RecordKind, ResponseKind, Verdict
from audit_app.core.clock import now
from audit_app.programme.models import Audit
from audit_app.standards.models import ClauseText
from audit_app.web.kept import fresh

ICONS = {
    "conform": "circle-check", "minor": "alert-triangle", "major": "alert-octagon", "observation": "eye",
    "ofi": "bulb", "good_practice": "award", "not_applicable": "circle-minus", "open": "circle-dashed",
}  # fmt: skip
"""Icon of each verdict, from the sprite."""


def of_fieldwork(
    work: Fieldwork, person: Person, texts: Mapping[int, ClauseText], *, may_answer: bool
) -> dict[str, Any]:
    """The whole JSON block. ``texts`` are the licensed clause texts that this person may read, by item."""
    sections = {
        answer.item.id: number for number, section in enumerate(work.sections) for answer in section.rows
    }
    records = queries.field_records(work.audit)
    codes = codes_of(work.audit, records)
    return {
        "audit": work.audit.id,
        "code": work.audit.code,
        "begins": work.audit.starts_on.isoformat(),
        "title": work.audit.title,
        "person": {"id": person.id, "name": person.name},
        "mayAnswer": may_answer,
        "mayRaise": person.may("finding:raise"),
        "protocol": protocol.PROTOCOL,
        "seq": work.last_seq,
        "now": fresh(moment_now),
        "sprite": url_for("static", filename="vendor/icons.svg"),
        "icons": ICONS,
        "tones": {verdict.value: verdict.tone for verdict in Verdict},
        "urls": {
            "sync": url_for("checklists.sync_door"),
            "audit": url_for("programme.audit", id=work.audit.id),
            "summary": url_for("checklists.index", audit_id=work.audit.id),
            "finding": url_for("findings.new"),
            "signIn": url_for("security.login"),
            **panels.urls(),
        },
        "writeUp": [verdict.value for verdict in TO_WRITE_UP],
        "verdicts": {verdict.value: str(verdict.label) for verdict in Verdict},
        "sections": [{"name": section_name(section)} for section in work.sections],
        "items": [
            of_answer(answer, work, sections[answer.item.id]) | _text(texts.get(answer.item.id))
            for answer in work.questions
        ],
        "records": [of_revision(row, codes) for row in records],
        "words": words() | panels.words(),
        "auditees": panels.auditees(work.audit),
    }


def of_answer(answer: Answer, work: Fieldwork, section: int) -> dict[str, Any]:
    """One item."""
    item = answer.item
    before = work.earlier.get(item.id)
    return {
        "id": item.id,
        "clause": item.clause,
        "title": item.title,
        "prompt": item.prompt,
        "hint": item.evidence_hint,
        "doc": item.documented_information,
        **_kind(item),
        "needs": item.needs.value,
        "lineage": item.lineage,
        "checklist": item.checklist_id,
        "list": item.checklist.name,
        "askedIf": item.asked_if,
        "askedWhen": item.asked_when,
        "topic": item.topic,
        "process": item.process.name if item.process else "",
        "section": section,
        "version": item.checklist.version_id,
        "url": url_for("checklists.item", id=item.id),
        "upload": url_for("evidence.upload", kind="checklist_item", id=item.id),
        "heads": [of_revision(head) for head in answer.heads],
        "files": [
            {
                "id": file.id,
                "name": file.filename,
                "url": url_for("evidence.download", id=file.id),
                "image": file.is_image,
            }
            for file in answer.files
        ],
        "findings": [
            {"code": finding.code, "url": url_for("findings.show", id=finding.id)}
            for finding in work.findings.get(item.id, [])
        ],
        "last": of_revision(before) if before else None,
    }


def _text(text: ClauseText | None) -> dict[str, str]:
    """The licensed text of a clause with the licence it is shown under."""
    return {"text": text.text, "textFrom": text.source.name} if text is not None else {}


def _kind(item: ChecklistItem) -> dict[str, Any]:
    """How a question is answered, with its words: what ``replies.js`` draws and judges by."""
    if item.kind is ResponseKind.GRADE:
        return {"kind": item.kind.value}
    kind = fields.KINDS[item.kind]
    return {
        "kind": item.kind.value,
        "settings": item.settings,
        "rule": fields.rule(item),
        "choices": kind.tokens(item.settings),
    }


def codes_of(audit: Audit, rows: Iterable[AnswerRevision]) -> dict[str, tuple[str, str]]:
    """thread → (code, address) of the findings that were written from records among these rows."""
    threads = {row.thread for row in rows if row.kind is RecordKind.FINDING}
    if not threads:
        return {}
    return {
        finding.thread: (finding.code, url_for("findings.show", id=finding.id))
        for finding in audit.findings
        if finding.thread in threads
    }


def of_presence(each: Presence) -> dict[str, Any]:
    """Somebody else who works on the audit just now."""
    return {
        "person_id": each.person_id,
        "name": each.person.name,
        "item": each.item_id,
        "at": moment(each.at),
    }


def of_revision(row: AnswerRevision, codes: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    """One record, as the page, ``/sync/changes`` and an offline copy hold it."""
    more: dict[str, Any] = {"sample": row.sample, "reply": row.reply}
    if row.kind is not RecordKind.ANSWER:
        more = {"thread": row.thread, **(row.payload or {})}
    if row.kind is RecordKind.NOTE:
        more["text"] = row.note
    item = row.item_id if row.kind is RecordKind.ANSWER else more.get("item")
    if codes and row.thread and row.thread in codes:
        more["code"], more["url"] = codes[row.thread]
    return more | {
        "kind": row.kind.value,
        "attachment_ids": row.attachment_ids,
        "id": row.id,
        "item": item,
        "base": row.base,
        "value": row.value.value if row.value else None,
        "note": row.note,
        "flagged": row.flagged,
        "author": row.author.name,
        "author_id": row.author_id,
        "at": moment(row.received_at),
        "seq": row.server_seq,
    }


def moment_now() -> str:
    """The server's moment, against which a tablet sets its clock."""
    return moment(now())


def moment(value: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return value.isoformat(timespec="milliseconds")
