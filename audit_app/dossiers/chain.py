"""The chain of dates that an audit file has to show, and every pair of it that stands the wrong way round.

Programme approved, team appointed, plan approved and notified, opening, records, closing, report, corrective
action, verification, review; and internal audit, review, certification audit (rules R3, R12). A pair that is
out of order is named with both dates and with the reason that the records give for it, or with none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.agenda import queries as agenda
from audit_app.agenda.models import MeetingKind
from audit_app.checklists.models import AnswerRevision
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.dossiers import paper_programme, paper_team
from audit_app.dossiers.dates import day
from audit_app.exports.values import listed
from audit_app.findings.models import Finding
from audit_app.programme.models import Audit, AuditState
from audit_app.programme.waivers import waivers_of
from audit_app.reports import queries as reports
from audit_app.reports.models import FrozenReport
from audit_app.reviews import queries as reviews
from audit_app.reviews.models import Review, ReviewState
from audit_app.trail.queries import history

Reported = tuple[str, date | None, date]
"""Code of an audit, day of its report, its last day."""
Verified = Mapping[str, Sequence[tuple[str, datetime, date | None]]]
HELD = (ReviewState.HELD, ReviewState.APPROVED)
YEAR = timedelta(days=366)
CAME = (AuditState.IN_PROGRESS, AuditState.REPORTED, AuditState.CLOSED)


@dataclass(frozen=True)
class Remark:
    """Two dates the wrong way round: what should stand first, what should follow, and the recorded reason."""

    subject: str
    first: str
    first_on: str
    then: str
    then_on: str
    reason: str = ""

    @property
    def why(self) -> str:
        """The recorded reason, or plainly that there is none."""
        return self.reason or _("no reason is recorded")


@dataclass(frozen=True)
class Step:
    """A link of the chain: what happened and when; ``at`` is a day where no hour is kept."""

    words: str
    at: date | datetime | None
    reason: str = ""

    @property
    def on(self) -> date | None:
        """Its day."""
        return day(self.at) if isinstance(self.at, datetime) else self.at


@dataclass
class Chain:
    """What was compared, what stands out of order, the dates of each audit, and what explains them."""

    compared: int = 0
    remarks: list[Remark] = field(default_factory=list)
    rows: list[tuple[str, list[date | None]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def pair(self, subject: str, first: Step, then: Step, reason: str = "") -> None:
        """Compare two links; what has not happened is compared with nothing."""
        if first.at is None or then.at is None:
            return
        self.compared += 1
        if _after(first, then):
            exact = first.on == then.on
            why = reason or first.reason or then.reason
            said = (_said(first, exact=exact), _said(then, exact=exact))
            self.remarks.append(Remark(subject, first.words, said[0], then.words, said[1], why))

    def missing(self, subject: str, first: str, then: Step, reason: str = "") -> None:
        """Something happened although what has to come before it never did."""
        if then.at is not None:
            self.compared += 1
            on = _("not there")
            self.remarks.append(Remark(subject, first, on, then.words, _said(then, exact=False), reason))


def _after(first: Step, then: Step) -> bool:
    """Whether the first came later: by the hour where both hours are known, else by the day."""
    if isinstance(first.at, datetime) and isinstance(then.at, datetime):
        return first.at > then.at
    return bool(first.on and then.on and first.on > then.on)


def _said(step: Step, *, exact: bool) -> str:
    if exact and isinstance(step.at, datetime):
        return f"{local(step.at):%Y-%m-%d %H:%M}"
    return str(step.on)


def columns() -> tuple[str, ...]:
    """Heads of the table of dates."""
    return (
        _("Programme approved"), _("Team appointed"), _("Plan approved"), _("Audit notified"),
        _("Opening meeting"), _("First record"), _("Last record"), _("Closing meeting"), _("Report issued"),
        _("Last action done"), _("Last verification"),
    )  # fmt: skip


def of_audit(chain: Chain, audit: Audit, findings: Iterable[Finding]) -> None:
    """Everything within one audit of our own; of a certification body's, what followed its findings."""
    if audit.state is AuditState.CANCELLED:
        return
    found = list(findings)
    if audit.external:
        _answered(chain, audit, Step(_("Last day of the audit"), audit.ends_on), found)
        return
    links = _links(audit)
    programme, appointed, plan, notified, opening, first, last, closing, report = links
    ended = _ended(audit)
    if programme.at is None:
        chain.missing(audit.code, programme.words, Step(_("Start of the audit"), audit.started_at))
    chain.pair(audit.code, programme, appointed)
    chain.pair(audit.code, appointed, plan, _joined_late(audit, plan))
    chain.pair(audit.code, appointed, notified, _joined_late(audit, notified))
    chain.pair(audit.code, programme, notified)
    begun = opening if opening.at is not None else Step(_("Start of the audit"), audit.started_at)
    for before in (appointed, plan, notified, *_waived(audit)):
        chain.pair(audit.code, before, begun)
    chain.pair(audit.code, opening, first)
    chain.pair(audit.code, last, ended, _reopened(audit))
    chain.pair(audit.code, opening, closing)
    chain.pair(audit.code, closing if closing.at else Step(_("Last day of the audit"), audit.ends_on), report)
    chain.pair(audit.code, last, report, _reopened(audit))
    _answered(chain, audit, report, found)
    done = [each.implemented_at for each in found if each.implemented_at]
    verified = [each.verified_at for each in found if each.verified_at]
    chain.notes += _unverified(audit, found, max(verified, default=None))
    chain.rows.append(
        (audit.code, [*(each.on for each in links), day(max(done, default=None)),
                      day(max(verified, default=None))])
    )  # fmt: skip


def _unverified(audit: Audit, found: Iterable[Finding], last: datetime | None) -> list[str]:
    """Why the last action may lie after the last verification: which findings wait for theirs."""
    waiting = [each.code for each in found if each.implemented_at and not each.verified_at]
    if not waiting or last is None:
        return []
    return (
        [
            _(
                "%(audit)s: the last action was done after the last verification, because these are done and "
                "not verified yet: %(codes)s.",
                audit=audit.code,
                codes=listed(waiting),
            )
        ]
        if any(each.implemented_at and each.implemented_at > last for each in found)
        else []
    )


def _links(audit: Audit) -> tuple[Step, ...]:
    version = paper_programme.first_with(audit)
    plan, held = agenda.plan_of(audit), agenda.meetings_of(audit)
    opening, closing = held.get(MeetingKind.OPENING), held.get(MeetingKind.CLOSING)
    issued = reports.issued(audit)
    approved = version.approved_at if version else None
    first, last = _records(audit)
    return (
        Step(_("Programme approved"), approved, version.reason if version else ""),
        Step(_("Team appointed"), paper_team.appointed(audit, approved).at, audit.change_reason),
        Step(_("Plan approved"), plan.approved_at if plan else None),
        Step(_("Audit notified"), audit.notified_at),
        Step(_("Opening meeting"), opening.held_at if opening else None),
        Step(_("First record of the checklist"), first),
        Step(_("Last record of the checklist"), last),
        Step(_("Closing meeting"), closing.held_at if closing else None),
        Step(_("Report issued"), issued[0].frozen_at if issued else None),
    )


def _records(audit: Audit) -> tuple[datetime | None, datetime | None]:
    times = AnswerRevision.client_time
    query = select(func.min(times), func.max(times)).where(
        AnswerRevision.audit_id == audit.id, AnswerRevision.item_id.is_not(None)
    )
    first, last = db.session.execute(query).one()
    return first, last


def _ended(audit: Audit) -> Step:
    """The end of the closing meeting: records may be completed while it lasts."""
    closing = agenda.meetings_of(audit).get(MeetingKind.CLOSING)
    return Step(_("End of the closing meeting"), closing.ended_at if closing else None)


def _waived(audit: Audit) -> list[Step]:
    return [
        Step(_("Waiver for %(person)s approved", person=each.person.name), each.approved_at)
        for each in waivers_of(audit)
    ]


def _joined_late(audit: Audit, before: Step) -> str:
    """Why the team was named after something: the reasons of the change and of waivers approved after it."""
    late = (
        [each for each in waivers_of(audit) if _after(Step("", each.approved_at), before)]
        if before.at
        else []
    )
    words = [
        _("Waiver for %(person)s: %(reason)s", person=each.person.name, reason=each.reason) for each in late
    ]
    return " ".join([audit.change_reason, *words] if audit.change_reason else words)


def _reopened(audit: Audit) -> str:
    """Why the audit was reopened, as the trail keeps it."""
    said = [each.facts.get("details", {}).get("reason", "") for each in history(audit)
            if each.action == "audit.reopen"]  # fmt: skip
    return " ".join(filter(None, said))


def _answered(chain: Chain, audit: Audit, report: Step, findings: Iterable[Finding]) -> None:
    """Report, corrective action, verification: for each nonconformity with its own dates."""
    for each in findings:
        put_off = " ".join(asked.reason for a in each.actions for asked in a.extensions)
        done = Step(_("%(code)s: actions done", code=each.code), each.implemented_at, put_off)
        verified = Step(_("%(code)s: verified", code=each.code), each.verified_at, each.reopen_reason)
        chain.pair(audit.code, report, done)
        chain.pair(audit.code, done, verified)


def of_review(chain: Chain, review: Review, audits: Iterable[Reported], findings: Verified) -> None:
    """Reports and verifications of the audits that ended in the review's period, before it met."""
    if review.state not in HELD:
        return
    met = Step(_("Review %(code)s met", code=review.code), review.meets_on)
    for code, issued, last in audits:
        if not review.period_from <= last <= review.period_to or last > review.meets_on:
            continue
        report = Step(_("Report of %(code)s issued", code=code), issued)
        if issued is None:
            chain.missing(review.code, report.words, met)
        else:
            chain.pair(review.code, report, met)
        for number, verified_at, due in findings.get(code, ()):
            later = due is not None and due > review.meets_on
            reason = _("Its due date, %(due)s, lies after the review.", due=due) if later else ""
            chain.pair(review.code, Step(_("%(code)s: verified", code=number), verified_at, reason), met)


def of_certification(chain: Chain, audit: Audit, *, to: Person) -> None:
    """Internal audit, review, certification audit: both within the year before the body came."""
    if not audit.external or audit.state not in CAME:
        return
    came = Step(_("First day of the certification audit"), audit.starts_on)
    review = _review_before(audit, to=to)
    report = _report_before(audit)
    if review is None:
        chain.missing(audit.code, _("A management review in the year before"), came)
        return
    met = Step(_("Review %(code)s met", code=review.code), review.meets_on)
    chain.pair(audit.code, met, came)
    if report is None:
        chain.missing(audit.code, _("A report of an internal audit in the year before"), came)
    else:
        chain.pair(audit.code, Step(_("Report of %(code)s issued", code=report[0]), report[1]), met)


def _review_before(audit: Audit, *, to: Person) -> Review | None:
    query = reviews.visible_to(to).where(
        Review.state.in_(HELD), Review.meets_on.between(audit.starts_on - YEAR, audit.starts_on)
    )
    return db.session.scalars(query.order_by(Review.meets_on.desc()).limit(1)).first()


def _report_before(audit: Audit) -> tuple[str, date | None] | None:
    """The newest report of our own before the certification audit: its code and day."""
    query = (
        select(Audit.code, FrozenReport.frozen_at)
        .join(FrozenReport, FrozenReport.audit_id == Audit.id)
        .where(
            FrozenReport.number == 0, Audit.ends_on < audit.starts_on, Audit.ends_on > audit.starts_on - YEAR
        )
        .order_by(FrozenReport.frozen_at)
    )
    rows = db.session.execute(query).all()
    return (rows[0][0], day(rows[0][1])) if rows else None


def verifications(findings: Iterable[Finding]) -> list[tuple[str, datetime, date | None]]:
    """Code, moment of the verification and due date: kept until the reviews are compared."""
    return [(each.code, each.verified_at, each.due_on) for each in findings if each.verified_at]
