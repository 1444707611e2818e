"""Rows of findings and actions as sheets; the report of one finding stands in ``paper.py``."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Organisation, Person
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.exports import xlsx
from audit_app.exports.names import download_name
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Tone, speaking
from audit_app.findings import deadlines, extensions, repeat_exports
from audit_app.findings.models import Action, Finding

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
TONES = {"danger": "bad", "warning": "warn", "success": "good", "info": "info"}
CHUNK = 500
"""Rows read from the database at a time: a long export never holds the whole list as objects."""


def filename(title: str, extension: str) -> str:
    """Title and day, as a safe file name."""
    return download_name(f"{title} {clock.today().isoformat()}", extension)


def _tone(label: Any) -> Tone:
    return Tone(label.label, TONES.get(label.tone, "neutral"))


def _name(row: Any) -> str:
    return row.name if row is not None else ""


def _label(value: Any) -> Any:
    return value.label if value is not None else ""


def _actions(finding: Finding) -> str:
    """All actions of a finding in one cell, a line each; their dates stand in the register of actions."""
    return "\n".join(f"{each.code} {each.title}" for each in finding.actions)


FINDING_COLUMNS: tuple[tuple[Column, Callable[[Finding], Any]], ...] = (
    (Column(_l("Code"), width=14), lambda f: f.code),
    (Column(_l("Grade"), width=16), lambda f: _tone(f.grade)),
    (Column(_l("State"), width=16), lambda f: _tone(f.state)),
    (Column(_l("Title"), width=40, wrap=True), lambda f: f.title),
    (Column(_l("Clause"), width=10), lambda f: f.clause),
    (Column(_l("Process"), width=22), lambda f: _name(f.process)),
    (Column(_l("Department"), width=18), lambda f: _name(f.department)),
    (Column(_l("Owner"), width=16), lambda f: _name(f.owner)),
    (Column(_l("Audit"), width=14), lambda f: f.audit.code if f.audit is not None else ""),
    (Column(_l("Origin"), width=16), lambda f: f.origin.label),
    (Column(_l("Raised on"), "date"), lambda f: f.raised_on),
    (Column(_l("Raised by"), width=16), lambda f: _name(f.raised_by)),
    (Column(_l("Issued at"), "datetime"), lambda f: f.issued_at),
    (Column(_l("Due"), "date"), lambda f: f.due_on),
    (Column(_l("First due date"), "date"), lambda f: f.original_due_on),
    (Column(_l("Days past the first date"), "int"), lambda f: deadlines.days_late(f) or None),
    (Column(_l("More time granted"), "int"), extensions.counted),
    (Column(_l("Next step due"), "date"), lambda f: f.next_due_on),
    (Column(_l("Deadline of the certification body"), "date"), lambda f: f.body_due_on),
    (Column(_l("Number at the certification body"), width=16), lambda f: f.body_reference),
    (Column(_l("Late"), width=8), lambda f: Tone(_l("Late"), "bad") if f.overdue else ""),
    (Column(_l("Requirement"), width=44, wrap=True), lambda f: f.requirement),
    (Column(_l("Objective evidence"), width=44, wrap=True), lambda f: f.objective_evidence),
    (Column(_l("Nonconformity"), width=44, wrap=True), lambda f: f.nonconformity),
    (Column(_l("Location"), width=24, wrap=True), lambda f: f.location),
    (Column(_l("Correction"), width=36, wrap=True), lambda f: f.correction),
    (Column(_l("Corrected on"), "date"), lambda f: f.correction_done_on),
    (Column(_l("Cause"), width=36, wrap=True), lambda f: f.cause),
    (Column(_l("Kind of cause"), width=20), lambda f: _label(f.cause_category)),
    (Column(_l("Similar cases"), width=36, wrap=True), lambda f: f.similar_cases),
    (Column(_l("Actions"), width=48, wrap=True), lambda f: _actions(f)),
    (Column(_l("Approved the plan"), width=16), lambda f: _name(f.planned_by)),
    (Column(_l("Plan approved at"), "datetime"), lambda f: f.planned_at),
    (Column(_l("Actions done at"), "datetime"), lambda f: f.implemented_at),
    (Column(_l("Verified by"), width=16), lambda f: _name(f.verified_by)),
    (Column(_l("Verified at"), "datetime"), lambda f: f.verified_at),
    (Column(_l("Verification"), width=36, wrap=True), lambda f: f.verification_note),
    (Column(_l("Criterion of effectiveness"), width=36, wrap=True), lambda f: f.effectiveness_criterion),
    (Column(_l("Effectiveness check due"), "date"), lambda f: f.effectiveness_due_on),
    (Column(_l("Effectiveness"), width=36, wrap=True), lambda f: f.effectiveness_note),
    (Column(_l("What shows it"), width=20), lambda f: _label(f.effectiveness_shown_by)),
    (Column(_l("Record looked at"), width=28, wrap=True), lambda f: f.effectiveness_record),
    (Column(_l("Date of the record"), "date"), lambda f: f.effectiveness_record_on),
    (Column(_l("Failed checks of effectiveness"), "int"), lambda f: f.effectiveness_failures),
    (Column(_l("Closed by"), width=16), lambda f: _name(f.closed_by)),
    (Column(_l("Closed on"), "date"), lambda f: f.closed_on),
    (Column(_l("Reopened"), "int"), lambda f: f.reopened),
    (Column(_l("Withdrawn because"), width=28, wrap=True), lambda f: f.withdrawn_reason),
)
ACTION_COLUMNS: tuple[tuple[Column, Callable[[Action], Any]], ...] = (
    (Column(_l("Code"), width=14), lambda a: a.code),
    (Column(_l("Kind"), width=18), lambda a: a.kind.label),
    (Column(_l("State"), width=16), lambda a: _tone(a.state)),
    (Column(_l("What will be done"), width=48, wrap=True), lambda a: a.title),
    (Column(_l("Source"), width=16), lambda a: source_code(a)),
    (Column(_l("Who does it"), width=16), lambda a: _name(a.owner)),
    (Column(_l("Due"), "date"), lambda a: a.due_on),
    (Column(_l("First due date"), "date"), lambda a: a.original_due_on),
    (Column(_l("Days past the first date"), "int"), lambda a: deadlines.days_late(a) or None),
    (Column(_l("More time granted"), "int"), extensions.counted),
    (Column(_l("Late"), width=8), lambda a: Tone(_l("Late"), "bad") if a.overdue else ""),
    (Column(_l("Done at"), "datetime"), lambda a: a.done_at),
    (Column(_l("What was done"), width=40, wrap=True), lambda a: a.done_note),
    (Column(_l("Verified by"), width=16), lambda a: _name(a.verified_by)),
    (Column(_l("Verified at"), "datetime"), lambda a: a.verified_at),
    (Column(_l("Verification"), width=36, wrap=True), lambda a: a.verification_note),
    (Column(_l("Cancelled because"), width=28, wrap=True), lambda a: a.cancel_reason),
)


def source_code(action: Action) -> str:
    """Code of the finding or review an action comes from."""
    source = action.finding or action.review
    return source.code if source is not None else ""


def _stream(
    query: Select[Any], columns: Sequence[tuple[Column, Callable[[Any], Any]]]
) -> Iterator[tuple[Any, ...]]:
    for record in db.session.scalars(query.execution_options(yield_per=CHUNK)):
        yield tuple(value(record) for _column, value in columns)


def _book(title: Any, sheet: Sheet, language: str) -> bytes:
    organisation = db.session.get(Organisation, 1)
    locale = LOCALES[language]
    with speaking(locale):
        book = Workbook(
            (sheet,), title=title, organisation=organisation.name if organisation else "",
            created=clock.now(), language=locale, zone=clock.zone(),
        )  # fmt: skip
        return xlsx.render(book)


def finding_sheet(query: Select[Any], to: Person | None = None) -> Sheet:
    """The register of findings, all columns, as the query filters and sorts them; ``to`` reads it."""
    people = (
        joinedload(Finding.raised_by).lazyload(Person.roles),
        joinedload(Finding.verified_by).lazyload(Person.roles),
        joinedload(Finding.planned_by).lazyload(Person.roles),
        joinedload(Finding.closed_by).lazyload(Person.roles),
        selectinload(Finding.actions).load_only(Action.code, Action.title, Action.finding_id),
    )
    shown = (*FINDING_COLUMNS, *repeat_exports.columns(to))
    rows = _stream(query.options(*people, selectinload(Finding.extensions)), shown)
    columns = tuple(column for column, _value in shown)
    return Sheet(_l("Findings"), columns, rows, empty=_l("No finding matches the filters."))


def action_sheet(query: Select[Any]) -> Sheet:
    """The register of actions, all columns, as the query filters and sorts them."""
    beside = (joinedload(Action.verified_by).lazyload(Person.roles), selectinload(Action.extensions))
    rows = _stream(query.options(*beside), ACTION_COLUMNS)
    columns = tuple(column for column, _value in ACTION_COLUMNS)
    return Sheet(_l("Actions"), columns, rows, empty=_l("No action matches the filters."))


def register(query: Select[Any], language: str, to: Person | None = None) -> bytes:
    """The register of findings as XLSX; ``language`` is zh or en."""
    return _book(_l("Findings"), finding_sheet(query, to), language)


def action_register(query: Select[Any], language: str) -> bytes:
    """The register of actions as XLSX; ``language`` is zh or en."""
    return _book(_l("Actions"), action_sheet(query), language)
