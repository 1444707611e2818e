"""The nonconformity report as auditors know it (不符合报告): everything on record of one finding.

What was done about it (actions, dates, checks, every step) is built in ``paper_course.py``, which the
verification record of a dossier shares.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from audit_app.accounts.models import Organisation
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.exports import pdf
from audit_app.exports.document import (
    Block,
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
from audit_app.exports.values import Badge, Check, speaking, titled, tone_of
from audit_app.findings import cause_drawing, paper_course, record, repeat_exports
from audit_app.findings.exports import LOCALES, TONES
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.findings.paper_course import DASH, moment
from audit_app.findings.record import Record


def report(finding: Finding, language: str) -> bytes:
    """The report of one finding as PDF; ``language`` is zh or en."""
    locale = LOCALES[language]
    with speaking(locale):
        return pdf.render(document(finding, locale))


def document(finding: Finding, locale: str) -> Document:
    """The report of one finding as a plain value, in the language in force: statement, answer, plan, actions,
    dates, checks, signatures, and every step with who took it, when and why."""
    organisation = db.session.get(Organisation, 1)
    title = _("Nonconformity report") if finding.is_nonconformity else _("Finding report")
    badge = Badge(finding.state.label, tone_of(finding.state.tone))
    blocks = [Letterhead(title, finding.title, badge, _facts(finding)), *_sections(record.of(finding))]
    return Document(
        title, tuple(blocks), organisation=organisation.name if organisation else "", code=finding.code,
        language=locale, created=clock.now(), zone=clock.zone(),
        watermark=_("DRAFT") if finding.state is FindingState.DRAFT else "",
    )  # fmt: skip


def _sections(on_record: Record) -> list[Block]:
    """The parts that have something to say, numbered; signatures stand with what is signed."""
    finding = on_record.finding
    whole, withdrawn = finding.is_nonconformity, finding.state is FindingState.WITHDRAWN
    parts: list[tuple[str, Sequence[Block]]] = [
        (_("Statement"), _statement(finding)),
        (_("Dispute and decision"), paper_course.dispute(on_record)),
    ]
    if whole and not (withdrawn and not finding.correction and not finding.cause):
        parts.append((_("Answer of the owner"), _answer(finding)))
    returned = on_record.last("finding.return_plan")
    if whole and (finding.proposed_at or finding.effectiveness_criterion or returned):
        parts.append((_("Plan and approval"), paper_course.plan(on_record)))
    parts += [
        (_("Actions"), paper_course.actions(on_record)),
        (_("Dates, more time, escalation"), paper_course.dates(on_record)),
        (_("Evidence"), _evidence(on_record)),
        (_("Opened again"), paper_course.rounds(on_record)),
    ]
    if whole and (on_record.checks or not withdrawn):
        parts.append((_("Verification and effectiveness"), paper_course.checks(on_record)))
    blocks: list[Block] = []
    for title, body in parts:
        if body:
            blocks += [_numbered(blocks, title), *body]
    ended = _ending(on_record)
    ended = [_numbered(blocks, _end_title(finding)), *ended] if not whole or withdrawn else ended
    signed: list[Block] = [Heading(_("Signatures"), 3), Signatures(_signatures(on_record))]
    blocks.append(KeepTogether((*ended, *signed)))  # Nobody signs a page of its own.
    course = paper_course.course(on_record)
    return [*blocks, _numbered(blocks, _("Every step")), *course] if course else blocks


def _numbered(before: Sequence[Block], title: str) -> Heading:
    """The heading of the next part."""
    flat = [part for each in before for part in (each.blocks if isinstance(each, KeepTogether) else (each,))]
    number = sum(isinstance(each, Heading) and each.level == 2 for each in flat) + 1
    return Heading(f"{number} {title}", 2)


def _name(row: Any) -> str:
    return row.name if row is not None else ""


def _facts(finding: Finding) -> tuple[tuple[Any, Any], ...]:
    audit = finding.audit
    grades = tuple(Check(grade is finding.grade, grade.label) for grade in Grade)
    return (
        (_("Number"), finding.code),
        (_("Audited department"), _name(finding.department) or DASH),
        (_("Date"), finding.raised_on),
        (_("Audit"), f"{audit.code} {audit.title}" if audit is not None else DASH),
        (_("Origin"), finding.origin.label),
        (_("Process"), _name(finding.process) or DASH),
        (_("Clause"), finding.clause or DASH),
        (_raiser(finding), _name(finding.raised_by)),
        (_("Owner (auditee)"), _name(finding.owner) or DASH),
        (_("Grade"), grades),
        *_body(finding),
    )


def _raiser(finding: Finding) -> str:
    """What the one who wrote the finding was: of a certification body's finding, not its auditor."""
    external = finding.audit is not None and finding.audit.external
    return _("Recorded by") if external or finding.audit is None else _("Auditor")


def _body(finding: Finding) -> tuple[tuple[Any, Any], ...]:
    """Whose finding it is, with the number it has there."""
    if finding.audit is None or not finding.audit.external:
        return ()
    return (
        (_("Audited by"), finding.audit.body or DASH),
        (_("Number at the certification body"), finding.body_reference or DASH),
    )


def _part(title: str, text: str) -> tuple[Block, ...]:
    return (Heading(title, 3), Text(text)) if text else (Heading(title, 3), Text(_("Not stated."), "note"))


def _statement(finding: Finding) -> list[Block]:
    whole = finding.is_nonconformity
    parts = [
        *_part(_("Requirement"), finding.requirement),
        *_part(_("Objective evidence"), finding.objective_evidence),
        *_part(_("Nonconformity") if whole else _("What was found"), finding.nonconformity),
        *_part(_("Location"), finding.location),
    ]
    if finding.recommendation:
        parts += _part(_("Recommendation"), finding.recommendation)
    return [*parts, *repeat_exports.blocks(finding, TONES)]


def _answer(finding: Finding) -> list[Block]:
    done_on = finding.correction_done_on
    return [
        *_part(_("Correction"), finding.correction),
        *([Facts(((_("Corrected on"), done_on),))] if done_on is not None else []),
        *_part(_("Cause"), finding.cause),
        *_cause(finding),
        *_part(_("Similar cases"), finding.similar_cases),
    ]


def _cause(finding: Finding) -> list[Block]:
    """Kind of the cause, the chain of whys and the fishbone as drawings, and who made them when."""
    kind = finding.cause_category
    found: list[Block] = [Facts(((_("Kind of cause"), kind.label),))] if kind is not None else []
    tree, fish = cause_drawing.whole(finding), cause_drawing.fish(finding)
    if tree.nodes:
        last = max(finding.causes, key=lambda each: each.written_at)
        found += [Heading(_("Why it could happen"), 3), tree]
        if fish is not None:
            found += [Heading(_("Fishbone"), 3), fish]
        words = _("Last worded by %(name)s, %(at)s", name=last.written_by.name, at=moment(last.written_at))
        found.append(Text(words, "note"))
    return found


def _evidence(on_record: Record) -> list[Block]:
    rows = tuple(
        (each.filename, code, each.by.name, each.at, each.sha256[:12]) for code, each in on_record.files
    )
    columns = (
        GridColumn(_("File"), 4), GridColumn(_("Belongs to"), 2), GridColumn(_("Attached by"), 2),
        GridColumn(_("Attached at"), 2), GridColumn(_("SHA-256 begins"), 2),
    )  # fmt: skip
    return [Grid(columns, rows, compact=True)] if rows else []


def _end_title(finding: Finding) -> str:
    return _("Withdrawn") if finding.state is FindingState.WITHDRAWN else _("What became of it")


def _ending(on_record: Record) -> list[Block]:
    """How it ended, or what is still ahead."""
    finding = on_record.finding
    if finding.state is FindingState.WITHDRAWN:
        act = on_record.last(*record.ENDINGS)
        body: list[Block] = [Text(finding.withdrawn_reason)]
        if act is not None:
            body.append(
                Text(_("Withdrawn by %(name)s, %(at)s", name=act.actor_name, at=moment(act.at)), "note")
            )
        return body
    note = finding.effectiveness_note
    if not finding.is_nonconformity:
        return [
            Text(note) if note else Text(_("Not stated."), "note"),
            Facts(((_("Closed on"), finding.closed_on or DASH),)),
        ]  # fmt: skip
    return paper_course.ends(finding)


def _signatures(on_record: Record) -> tuple[Signature, ...]:
    """Who stands for what, with the moment of it; lines for a pen only while a step is still ahead."""
    finding = on_record.finding
    rows: list[tuple[str, str, Any]] = [
        (_raiser(finding), _name(finding.raised_by), finding.raised_on),
        (_("Issued by"), _name(finding.issued_by), finding.issued_at),
    ]
    if finding.is_nonconformity:
        rows += [*_owner(on_record), *_later(finding)]
    else:
        rows.append((_("Closed by"), _name(finding.closed_by), finding.closed_at))
    act = on_record.last(*record.ENDINGS) if finding.state is FindingState.WITHDRAWN else None
    if act is not None:
        rows.append((_("Withdrawn by"), act.actor_name, act.at))
    shown = [row for row in rows if row[2] is not None or not finding.settled]
    mark = _("Signed in the system")
    return tuple(Signature(role, name, at, mark if at is not None else "") for role, name, at in shown)


def _owner(on_record: Record) -> list[tuple[str, str, Any]]:
    """The auditee's word: accepted, or disputed and decided by somebody else, who signs for that."""
    finding = on_record.finding
    rows: list[tuple[str, str, Any]] = []
    if finding.disputed_at is not None:
        act = on_record.last("finding.dispute")
        name = act.actor_name if act is not None else _name(finding.owner)
        rows.append((titled(_("Owner (auditee)"), _("disputed")), name, finding.disputed_at))
        decided = _("Decided: the finding stands") if finding.accepted_at else _("Decided: it does not hold")
        role = decided if finding.dispute_decided_at else _("Decides on the dispute")
        rows.append((role, _name(finding.dispute_decided_by), finding.dispute_decided_at))
        return rows
    act = on_record.last("finding.accept")
    name = act.actor_name if act is not None else _name(finding.owner)
    return [(titled(_("Owner (auditee)"), _("accepted")), name, finding.accepted_at)]


def _later(finding: Finding) -> list[tuple[str, str, Any]]:
    return [
        (_("Approved the plan"), _name(finding.planned_by), finding.planned_at),
        (_("Reported the actions done"), _name(finding.implemented_by), finding.implemented_at),
        (_("Verifier"), _name(finding.verified_by), finding.verified_at),
        (titled(_("Closed by"), _("effective")), _name(finding.closed_by), finding.closed_at),
    ]
