"""The gap list (差距清单) on paper and as a sheet, with plan and progress."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Organisation
from audit_app.certification.gaps import Gap, GapList
from audit_app.certification.models import Certificate
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.exports import pdf, xlsx
from audit_app.exports.document import Document, Grid, GridColumn, Heading, Letterhead, Text
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Badge, Tone, speaking, tone_of

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


def gap_file(certificate: Certificate, found: GapList, kind: str, language: str) -> bytes:
    """The list as ``pdf`` or ``xlsx``; ``language`` is zh or en."""
    locale = LOCALES[language]
    organisation = db.session.get(Organisation, 1)
    with speaking(locale):
        name = organisation.name if organisation else ""
        if kind == "pdf":
            return pdf.render(gap_document(certificate, found, name, locale))
        book = Workbook(
            (gap_sheet(certificate, found),), title=_l("Gap list"), organisation=name, code=found.audit.code,
            created=clock.now(), language=locale, zone=clock.zone(),
        )  # fmt: skip
        return xlsx.render(book)


def _facts(certificate: Certificate, found: GapList) -> tuple[tuple[Any, Any], ...]:
    audit = found.audit
    return (
        (_l("Standard"), certificate.standard),
        (_l("Gap analysis"), f"{audit.code} {audit.title}"),
        (_l("Date"), audit.starts_on),
        (_l("Gaps"), len(found.rows)),
        (_l("With a plan"), found.planned),
        (_l("Closed"), found.done),
        (_l("Progress in percent"), found.progress),
    )


def state_of(row: Gap) -> tuple[Any, str]:
    """Word and tone of where a gap stands."""
    if row.done:
        return _l("Closed"), "success"
    if row.due is not None and row.due < clock.today():
        return _l("Late"), "danger"
    return (_l("Under way"), "info") if row.planned else (_l("Not planned"), "warning")


def gap_sheet(certificate: Certificate, found: GapList) -> Sheet:
    """All columns, one row a gap."""
    columns = (
        Column(_l("Clause"), width=10), Column(_l("Judged as"), width=18), Column(_l("Finding"), width=14),
        Column(_l("Gap"), width=36, wrap=True), Column(_l("What the audit saw"), width=48, wrap=True),
        Column(_l("What will be done"), width=44, wrap=True), Column(_l("Who does it"), width=18, wrap=True),
        Column(_l("Due"), "date"), Column(_l("Progress in percent"), "int"), Column(_l("State"), width=14),
        Column(_l("What was done, where it can be seen"), width=36, wrap=True),
    )  # fmt: skip
    rows = [
        (
            row.clause, Tone(row.label.label, tone_of(row.label.tone)), row.code, row.title, row.text,
            "\n".join(row.measures), ", ".join(row.owners), row.due, row.progress,
            Tone(state_of(row)[0], tone_of(state_of(row)[1])), row.plan.note if row.plan else "",
        )
        for row in found.rows
    ]  # fmt: skip
    return Sheet(
        _l("Gap list"), columns, rows, heading=_l("Gap list and improvement plan"),
        facts=_facts(certificate, found), empty=_l("The gap analysis found no gap."),
    )  # fmt: skip


def gap_document(certificate: Certificate, found: GapList, organisation: str, locale: str) -> Document:
    """The list as auditors know it, with a short table first and what was seen after it."""
    columns = (
        GridColumn(_l("Clause"), 0.9), GridColumn(_l("Gap"), 3), GridColumn(_l("What will be done"), 3.4),
        GridColumn(_l("Who does it"), 1.3), GridColumn(_l("Due"), 1.3),
        GridColumn(_l("Progress in percent"), 1, "right"), GridColumn(_l("State"), 1.3),
    )  # fmt: skip
    rows = tuple(
        (
            row.clause, (row.title, Badge(row.label.label, tone_of(row.label.tone))),
            "\n".join(row.measures) or "–",
            ", ".join(row.owners) or "–", row.due or "–", row.progress,
            Badge(state_of(row)[0], tone_of(state_of(row)[1])),
        )
        for row in found.rows
    )  # fmt: skip
    blocks: list[Any] = [
        Letterhead(_l("Gap list and improvement plan"), found.audit.title, facts=_facts(certificate, found)),
        Heading(_l("1 Gaps, measures, progress"), 2),
        Grid(columns, rows, empty=_l("The gap analysis found no gap."), compact=True),
        Heading(_l("2 What the audit saw"), 2),
    ]
    for row in found.rows:
        blocks += [
            Heading(f"{row.clause} {row.title}" + (f" · {row.code}" if row.code else ""), 3),
            Text(row.text or _l("Nothing was noted.")),
        ]
    if found.audit.conclusion:
        blocks += [Heading(_l("3 Conclusion of the gap analysis"), 2), Text(found.audit.conclusion)]
    return Document(
        _l("Gap list and improvement plan"), tuple(blocks), organisation=organisation, code=found.audit.code,
        language=locale, created=clock.now(), zone=clock.zone(),
    )  # fmt: skip
