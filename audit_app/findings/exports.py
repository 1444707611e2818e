"""Rows of findings and actions as sheets, and the nonconformity report as auditors know it (不符合报告)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Organisation, Person
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.evidence.models import Attachment
from audit_app.exports import pdf, xlsx
from audit_app.exports.document import (
    Document,
    Facts,
    Grid,
    GridColumn,
    Heading,
    KeepTogether,
    Letterhead,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.names import download_name
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Badge, Check, Tone, speaking
from audit_app.findings import cause_drawing, deadlines, extensions, repeat_exports
from audit_app.findings.models import Action, Finding, FindingState, Grade
from audit_app.trail.queries import history

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
    (Column(_l("Cause"), width=36, wrap=True), lambda f: f.cause),
    (Column(_l("Kind of cause"), width=20), lambda f: f.cause_category.label if f.cause_category else ""),
    (Column(_l("Similar cases"), width=36, wrap=True), lambda f: f.similar_cases),
    (Column(_l("Verified by"), width=16), lambda f: _name(f.verified_by)),
    (Column(_l("Verified at"), "datetime"), lambda f: f.verified_at),
    (Column(_l("Verification"), width=36, wrap=True), lambda f: f.verification_note),
    (Column(_l("Effectiveness"), width=36, wrap=True), lambda f: f.effectiveness_note),
    (Column(_l("Closed on"), "date"), lambda f: f.closed_on),
    (Column(_l("Reopened"), "int"), lambda f: f.reopened),
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


# --- the nonconformity report -------------------------------------------------------------------------------


def report(finding: Finding, files: Sequence[Attachment], language: str) -> bytes:
    """The report of one finding as PDF; ``language`` is zh or en."""
    locale = LOCALES[language]
    with speaking(locale):
        return pdf.render(document(finding, files, locale))


def document(finding: Finding, files: Sequence[Attachment], locale: str) -> Document:
    """The report of one finding as a plain value: statement, answer, actions, verification, signatures."""
    organisation = db.session.get(Organisation, 1)
    title = _l("Nonconformity report") if finding.is_nonconformity else _l("Finding report")
    blocks: list[Any] = [
        Letterhead(
            title,
            finding.title,
            Badge(finding.state.label, TONES.get(finding.state.tone, "neutral")),
            _facts(finding),
        ),
        *_statement(finding),
        *repeat_exports.blocks(finding, TONES),
        *(_answer(finding) if finding.is_nonconformity else ()),
        *_actions(finding),
        *_evidence(files),
        *_ending(finding),
    ]
    return Document(
        title, tuple(blocks), organisation=organisation.name if organisation else "", code=finding.code,
        language=locale, created=clock.now(), zone=clock.zone(),
        watermark=_l("DRAFT") if finding.state is FindingState.DRAFT else "",
    )  # fmt: skip


def _facts(finding: Finding) -> tuple[tuple[Any, Any], ...]:
    audit = finding.audit
    grades = tuple(Check(grade is finding.grade, grade.label) for grade in Grade)
    return (
        (_l("Number"), finding.code),
        (_l("Audited department"), _name(finding.department) or "–"),
        (_l("Date"), finding.raised_on),
        (_l("Audit"), f"{audit.code} {audit.title}" if audit is not None else finding.origin.label),
        (_l("Process"), _name(finding.process) or "–"),
        (_l("Clause"), finding.clause or "–"),
        (_raiser(finding), _name(finding.raised_by)),
        (_l("Owner (auditee)"), _name(finding.owner) or "–"),
        (_l("Grade"), grades),
        *_body(finding),
    )


def _raiser(finding: Finding) -> Any:
    """What the one who wrote the finding was: of a certification body's finding, not its auditor."""
    external = finding.audit is not None and finding.audit.external
    return _l("Recorded by") if external else _l("Auditor")


def _body(finding: Finding) -> tuple[tuple[Any, Any], ...]:
    """Whose finding it is, with the number it has there."""
    if finding.audit is None or not finding.audit.external:
        return ()
    return (
        (_l("Audited by"), finding.audit.body or "–"),
        (_l("Number at the certification body"), finding.body_reference or "–"),
    )


def _part(title: Any, text: str) -> tuple[Any, ...]:
    return (Heading(title, 3), Text(text)) if text else (Heading(title, 3), Text(_l("Not stated."), "note"))


def _statement(finding: Finding) -> tuple[Any, ...]:
    parts = (
        Heading(_l("1 Statement"), 2),
        *_part(_l("Requirement"), finding.requirement),
        *_part(_l("Objective evidence"), finding.objective_evidence),
        *_part(
            _l("Nonconformity") if finding.is_nonconformity else _l("What was found"), finding.nonconformity
        ),
        *_part(_l("Location"), finding.location),
    )
    extra = _part(_l("Recommendation"), finding.recommendation) if finding.recommendation else ()
    return (*parts, *extra)


def _answer(finding: Finding) -> tuple[Any, ...]:
    done_on = finding.correction_done_on
    return (
        Heading(_l("2 Answer of the owner"), 2),
        *_part(_l("Correction"), finding.correction),
        *((Facts(((_l("Corrected on"), done_on),)),) if done_on is not None else ()),
        *_part(_l("Cause"), finding.cause),
        *_cause(finding),
        *_part(_l("Similar cases"), finding.similar_cases),
    )


def _cause(finding: Finding) -> tuple[Any, ...]:
    """Kind of the cause, the chain of whys and the fishbone as drawings, and who made them when."""
    kind = finding.cause_category
    found: list[Any] = [Facts(((_l("Kind of cause"), kind.label),))] if kind is not None else []
    tree, fish = cause_drawing.whole(finding), cause_drawing.fish(finding)
    if tree.nodes:
        last = max(finding.causes, key=lambda each: each.written_at)
        at = f"{clock.local(last.written_at):%Y-%m-%d %H:%M}"
        found += [Heading(_l("Why it could happen"), 3), tree]
        if fish is not None:
            found += [Heading(_l("Fishbone"), 3), fish]
        found.append(Text(_l("Last worded by %(name)s, %(at)s", name=last.written_by.name, at=at), "note"))
    return tuple(found)


def _actions(finding: Finding) -> tuple[Any, ...]:
    rows = tuple(
        (
            each.code,
            each.title,
            each.kind.label,
            _name(each.owner),
            each.due_on,
            Badge(each.state.label, TONES.get(each.state.tone, "neutral")),
        )
        for each in finding.actions
    )
    columns = (
        GridColumn(_l("Code"), 2), GridColumn(_l("What will be done"), 4), GridColumn(_l("Kind"), 1.5),
        GridColumn(_l("Who does it"), 1.5), GridColumn(_l("Due"), 1.3), GridColumn(_l("State"), 1.5),
    )  # fmt: skip
    return (Heading(_l("Actions"), 2), Grid(columns, rows, empty=_l("No action was planned.")))


def _evidence(files: Sequence[Attachment]) -> tuple[Any, ...]:
    if not files:
        return ()
    rows = tuple((each.filename, each.by.name, each.at, each.sha256[:12]) for each in files)
    columns = (
        GridColumn(_l("File"), 4), GridColumn(_l("Attached by"), 2), GridColumn(_l("Attached at"), 2),
        GridColumn(_l("SHA-256 begins"), 2),
    )  # fmt: skip
    return (Heading(_l("Evidence"), 2), Grid(columns, rows))


def _ending(finding: Finding) -> tuple[Any, ...]:
    signed = _signatures(finding)
    if finding.state is FindingState.WITHDRAWN:
        return (Heading(_l("Withdrawn"), 2), Text(finding.withdrawn_reason), *_withdrawal(finding), *signed)
    verification = (Heading(_l("Verification"), 2), *_part(_l("What was seen"), finding.verification_note))
    dates = Facts(
        (
            (_l("Corrective action due"), finding.due_on or "–"),
            *(
                ((_l("First due date"), finding.original_due_on), (_l("More time granted"), str(granted)))
                if (granted := extensions.counted(finding))
                else ()
            ),
            *(
                ((_l("Deadline of the certification body"), finding.body_due_on),)
                if finding.body_due_on
                else ()
            ),
            (_l("Effectiveness check due"), finding.effectiveness_due_on or "–"),
            (_l("Closed on"), finding.closed_on or "–"),
        )
    )
    effect = _part(_l("Effectiveness"), finding.effectiveness_note)
    seen = verification if finding.is_nonconformity else ()
    return (*seen, KeepTogether((*effect, dates, *signed)))  # Nobody signs a page of its own.


def _withdrawal(finding: Finding) -> tuple[Text, ...]:
    """Who withdrew the finding and when, as the trail tells."""
    acts = [each for each in history(finding) if each.action == "finding.withdraw"]
    if not acts:
        return ()
    at = f"{clock.local(acts[0].at):%Y-%m-%d %H:%M}"
    return (Text(_l("Withdrawn by %(name)s, %(at)s", name=acts[0].actor_name, at=at), "note"),)


def _signatures(finding: Finding) -> tuple[Any, ...]:
    mark = _l("Signed in the system")
    rows = [
        (_raiser(finding), finding.raised_by, finding.raised_on),
        (_l("Issued by"), finding.issued_by, finding.issued_at),
        (_l("Owner (auditee)"), finding.owner, finding.accepted_at),
        (_l("Approved the plan"), finding.planned_by, finding.planned_at),
        (_l("Verifier"), finding.verified_by, finding.verified_at),
        (_l("Closed by"), finding.closed_by, finding.closed_at),
    ]
    lines = tuple(
        Signature(role, _name(person), moment, mark if moment is not None else "")
        for role, person, moment in rows
    )
    return (Heading(_l("Signatures"), 2), Signatures(lines))
