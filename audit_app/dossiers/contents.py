"""What a dossier holds: of an audit, of a review, of a year; each row read through the rights of who asks.

Audits and reviews are read one after another and forgotten again, so that memory does not grow with their
number.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.agenda import exports as agenda_exports
from audit_app.agenda import queries as agenda
from audit_app.agenda.models import MeetingKind
from audit_app.checklists import exports as checklist_exports
from audit_app.checklists import queries as checklists
from audit_app.checklists.fieldwork import Fieldwork
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.dossiers import papers, papers_review, prepared
from audit_app.dossiers.dates import day, living
from audit_app.dossiers.items import Doc
from audit_app.exports import pdf, xlsx
from audit_app.exports.document import Document
from audit_app.findings import exports as finding_exports
from audit_app.findings import paper as finding_paper
from audit_app.findings.models import NONCONFORMITY, Action, Finding, FindingCheck, FindingState
from audit_app.findings.visibility import visible_actions, visible_to
from audit_app.programme import queries as programmes
from audit_app.programme.models import Audit, AuditState, Programme
from audit_app.reports import book
from audit_app.reports import exports as report_exports
from audit_app.reports import queries as reports
from audit_app.reviews import exports as review_exports
from audit_app.reviews import queries as reviews
from audit_app.reviews.models import Review, ReviewState


def of_audit(audit: Audit, language: str, *, to: Person) -> Iterator[Doc]:
    """Everything on one audit, from the appointment to the verification."""
    why = _not_ours(audit)
    if why:
        for kind in ("appointment", "plan", "attendance", "checklist"):
            yield Doc(kind, audit.code, "–", reason=why)
    else:
        yield from prepared.of_audit(audit, to=to)
        yield from _conducted(audit, to=to)
    yield from _found(audit, language, to=to)
    yield from _reported(audit, language, to=to)
    yield from _verified(audit, to=to)


def _not_ours(audit: Audit) -> str:
    """Why an audit has no papers of our own; empty when it has."""
    if audit.state is AuditState.CANCELLED:
        return _("The audit was cancelled: %(reason)s", reason=audit.cancel_reason)
    if audit.external:
        return _(
            "Conducted by %(body)s, which keeps its own papers; what was handed over is evidence "
            "of the audit.",
            body=audit.body or _("a certification body"),
        )
    return ""


def _not_yet(audit: Audit) -> str:
    """Why nothing can have been found: the audit was cancelled, or has not begun; empty when it has."""
    if audit.state is AuditState.CANCELLED:
        return _not_ours(audit)
    if audit.state in (AuditState.PLANNED, AuditState.NOTIFIED):
        return _("The audit has not begun; it is planned for %(day)s.", day=audit.starts_on)
    return ""


def _conducted(audit: Audit, *, to: Person) -> Iterator[Doc]:
    planned = _not_yet(audit)
    begun = not planned
    work = checklists.fieldwork(audit, to=to)
    held = agenda.meetings_of(audit)
    if held or work.signatures:
        days = [local(each.held_at).date() for each in held.values()]
        paper = {"pdf": lambda: pdf.render(_attendance(audit, work, to))}
        yield Doc("attendance", audit.code, f"{audit.code}-M", living(), min(days, default=None), paper)
    else:
        none = _("No attendance and no signature of a meeting was recorded in the system.")
        yield Doc("attendance", audit.code, "–", reason=none if begun else planned)
    if not work.total:
        none = _("No checklist was used in this audit.") if begun else planned
        yield Doc("checklist", audit.code, "–", reason=none)
        return
    code, sheets = f"{audit.code}-C", checklist_exports.record_sheets
    yield Doc(
        "checklist",
        audit.code,
        code,
        living(),
        audit.ends_on if audit.reported_at else today(),
        {
            "pdf": lambda: pdf.render(checklist_exports.record_document(work)),
            "xlsx": lambda: xlsx.render(checklist_exports.workbook(sheets(work), audit.title, code)),
        },
    )


def _attendance(audit: Audit, work: Fieldwork, to: Person) -> Document:
    """The sheets of both meetings with what was signed; opinions only on findings that the person may see."""
    plan = agenda.plan_of(audit)
    slots = plan.slots if plan is not None else []
    planned = {
        kind: next((slot for slot in slots if slot.kind.value == kind.value), None) for kind in MeetingKind
    }
    seen = set(
        db.session.scalars(visible_to(to).where(Finding.audit_id == audit.id).with_only_columns(Finding.id))
    )
    opinions = [
        each
        for each in agenda.diverging_opinions(audit)
        if each.finding_id is None or each.finding_id in seen
    ]
    return agenda_exports.attendance_document(
        audit, agenda.meetings_of(audit), planned, work.signatures, opinions
    )


def nonconformities(audit: Audit, *, to: Person) -> list[Finding]:
    """What was issued as nonconformity in an audit, as far as the person may see it."""
    query = (
        visible_to(to)
        .where(
            Finding.audit_id == audit.id,
            Finding.grade.in_(NONCONFORMITY),
            Finding.state != FindingState.DRAFT,  # one that was withdrawn later says so, and why
        )
        .options(
            joinedload(Finding.process),
            joinedload(Finding.department),
            joinedload(Finding.owner),
            joinedload(Finding.raised_by),
            joinedload(Finding.verified_by),
            selectinload(Finding.actions).options(
                joinedload(Action.owner), joinedload(Action.verified_by), selectinload(Action.extensions)
            ),
            selectinload(Finding.extensions),
            selectinload(Finding.checks).joinedload(FindingCheck.by),
        )
        .order_by(Finding.code)
    )
    return list(db.session.scalars(query).unique())


def _found(audit: Audit, language: str, *, to: Person) -> Iterator[Doc]:
    found = nonconformities(audit, to=to)
    if not found:
        none = _not_yet(audit) or _("No nonconformity was issued in this audit.")
        yield Doc("nc_report", audit.code, "–", reason=none)
    for finding in found:
        yield Doc(
            "nc_report",
            audit.code,
            finding.code,
            living(),
            finding.raised_on,
            {"pdf": partial(finding_paper.report, finding, language)},
        )


def _reported(audit: Audit, language: str, *, to: Person) -> Iterator[Doc]:
    """Distribution and report as issued, then every supplement."""
    why = _not_ours(audit)
    try:
        issued = [] if why else reports.issued(reports.get_audit(audit.id, to=to))
    except NotVisible:
        issued = []
    if not issued:
        why = why or _not_yet(audit) or _("The report of the audit is not issued yet.")
        yield Doc("distribution", audit.code, "–", reason=why)
        yield Doc("report", audit.code, "–", reason=why)
        return
    tree, _sha256 = report_exports.report_of(audit, to=to, number=issued[-1].number or None)
    sheet = book.distribution_sheet(tree)
    code = f"{audit.code}-D"
    yield Doc(
        "distribution",
        audit.code,
        code,
        str(issued[-1].number + 1),
        day(issued[-1].frozen_at),
        {
            "pdf": lambda: pdf.render(papers.distribution(audit, tree)),
            "xlsx": lambda: xlsx.render(checklist_exports.workbook((sheet,), audit.title, code)),
        },
    )
    for frozen in issued:
        number = frozen.number
        yield Doc(
            "report",
            audit.code,
            frozen.code,
            str(number + 1),
            day(frozen.frozen_at),
            {
                kind: partial(report_exports.file_of, audit, language, kind, to=to, number=number)
                for kind in report_exports.KINDS
            },
        )


def _verified(audit: Audit, *, to: Person) -> Iterator[Doc]:
    found = nonconformities(audit, to=to)
    if not found:
        none = _not_yet(audit) or _("There is no nonconformity whose actions had to be verified.")
        yield Doc("verification", audit.code, "–", reason=none)
        return
    code, verified = f"{audit.code}-V", [day(each.verified_at) for each in found if each.verified_at]
    ids = [each.id for each in found]
    query = visible_to(to).where(Finding.id.in_(ids)).order_by(Finding.code)
    actions = visible_actions(to).where(Action.finding_id.in_(ids)).order_by(Action.code)

    def sheets() -> bytes:
        both = (finding_exports.finding_sheet(query), finding_exports.action_sheet(actions))
        return xlsx.render(checklist_exports.workbook(both, audit.title, code))

    yield Doc(
        "verification",
        audit.code,
        code,
        living(),
        max((each for each in verified if each), default=None),
        {"pdf": lambda: pdf.render(papers.verification(audit, found)), "xlsx": sheets},
    )


def of_review(review: Review, language: str, *, to: Person) -> Iterator[Doc]:
    """Plan, inputs, minutes, report and follow-up of a management review."""
    code, held = review.code, review.state in (ReviewState.HELD, ReviewState.APPROVED)
    pack, _sha256 = review_exports.pack_of(review)
    yield Doc(
        "review_plan",
        code,
        f"{code}-P",
        living(),
        day(papers_review.informed(review)),
        {"pdf": lambda: pdf.render(papers_review.plan(review))},
    )
    yield Doc(
        "review_inputs",
        code,
        f"{code}-I",
        str(pack.meta.version) if pack.frozen else living(),
        review.meets_on if held else None,
        {"pdf": lambda: pdf.render(papers_review.inputs(review, pack))},
    )
    if not held:
        coming = _("The review has not met yet; it is planned for %(day)s.", day=review.meets_on)
        for kind in ("minutes", "review_report", "follow_up"):
            yield Doc(kind, code, "–", reason=coming)
        return
    yield Doc(
        "minutes",
        code,
        f"{code}-M",
        living(),
        review.meets_on,
        {"pdf": lambda: pdf.render(papers_review.minutes(review))},
    )
    yield Doc(
        "review_report",
        code,
        code,
        str(pack.meta.version) if pack.frozen else _("draft"),
        day(review.approved_at),
        {kind: partial(review_exports.file_of, review, language, kind) for kind in review_exports.KINDS},
    )
    yield from _followed(review, to=to)


def _followed(review: Review, *, to: Person) -> Iterator[Doc]:
    query = visible_actions(to).where(Action.review_id == review.id).order_by(Action.code)
    loaded = query.options(joinedload(Action.owner), joinedload(Action.verified_by))
    actions = list(db.session.scalars(loaded).unique())
    if not actions:
        yield Doc("follow_up", review.code, "–", reason=_("No decision of this review became an action."))
        return
    code, sheet = f"{review.code}-F", finding_exports.action_sheet(query)
    yield Doc(
        "follow_up",
        review.code,
        code,
        living(),
        None,
        {
            "pdf": lambda: pdf.render(papers_review.follow_up(review, actions)),
            "xlsx": lambda: xlsx.render(checklist_exports.workbook((sheet,), review.title, code)),
        },
    )


def reviews_of_year(year: int, *, to: Person) -> list[int]:
    """Ids of the reviews that meet in a year."""
    query = reviews.visible_to(to).where(Review.meets_on.between(date(year, 1, 1), date(year, 12, 31)))
    return list(db.session.scalars(query.order_by(Review.meets_on).with_only_columns(Review.id)))


def review_after(audit: Audit, *, to: Person) -> list[int]:
    """Id of the first review that met after an audit; nothing while there is none."""
    query = (
        reviews.visible_to(to).where(Review.meets_on >= audit.ends_on).order_by(Review.meets_on, Review.id)
    )
    return list(db.session.scalars(query.with_only_columns(Review.id).limit(1)))


def audits_of_year(year: Programme, *, to: Person) -> list[int]:
    """Ids of the audits of a programme, by first day."""
    query = programmes.visible_to(to).where(Audit.programme_id == year.id)
    return list(db.session.scalars(query.order_by(Audit.starts_on, Audit.id).with_only_columns(Audit.id)))
