"""What waits for a person: one list, built from a table of kinds, each kind one query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.agenda import queries as agenda
from audit_app.agenda import team
from audit_app.agenda.models import AuditPlan
from audit_app.certification import queries as certification
from audit_app.certification.models import Certificate
from audit_app.certification.standing import standing
from audit_app.checklists import copies
from audit_app.competence import queries as competence
from audit_app.competence.models import Competence
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import extensions
from audit_app.findings.deadline_models import Extension
from audit_app.findings.models import SETTLED, Finding
from audit_app.home import owed
from audit_app.home.owed import Task
from audit_app.improvements import queries as improvements
from audit_app.improvements.models import Improvement
from audit_app.indicators import corrections
from audit_app.indicators.correction_models import ValueCorrection
from audit_app.indicators.models import Frequency, Indicator, Measurement, Source
from audit_app.indicators.periods import Month
from audit_app.programme import waivers
from audit_app.programme.models import Audit, AuditState, Programme, ProgrammeState
from audit_app.programme.waiver_models import Waiver
from audit_app.reviews import supplements
from audit_app.reviews.models import DecisionState, Review, ReviewInput, ReviewState
from audit_app.reviews.supplement_models import ReviewSupplement

MOST = 50
"""Rows shown per kind; the page says so when there are more."""


@dataclass(frozen=True)
class Kind:
    """A kind of work: its words, who may have it at all, and how its rows are found and shown."""

    key: str
    label: Any
    todo: Any
    icon: str
    needs: P | None
    query: Callable[[Person], Select[Any]]
    task: Callable[[Any], Task]
    on_top: bool = False


@dataclass(frozen=True)
class Pile:
    """The tasks of one kind, the late ones first."""

    kind: Kind
    tasks: tuple[Task, ...]
    more: bool

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(task.late for task in self.tasks)


def _audit(audit: Audit) -> Task:
    due = audit.ends_on if audit.state is AuditState.IN_PROGRESS else audit.starts_on
    return Task(audit.code, audit.title, due, "programme.audit", audit.id, audit.state.label)


def _review(review: Review) -> Task:
    return Task(review.code, review.title, review.meets_on, "reviews.show", review.id, review.state.label)


def _input(row: ReviewInput) -> Task:
    return Task(f"{row.review.code} {row.key})", str(row.key.label), row.wanted_on, "reviews.input", row.id)


def _indicator(indicator: Indicator) -> Task:
    return Task(
        indicator.code, indicator.name, None, "indicators.show", indicator.id, str(_last_due(indicator))
    )


def last_month() -> date:
    """First day of the month before this one."""
    return (today().replace(day=1) - timedelta(days=1)).replace(day=1)


def _last_due(indicator: Indicator) -> Month:
    return indicator.frequency.last_ended(Month.of(last_month()))


def my_audits(person: Person) -> Select[Any]:
    """Audits of mine that are ahead or under way."""
    states = (AuditState.PLANNED, AuditState.NOTIFIED, AuditState.IN_PROGRESS)
    return select(Audit).where(owed.in_team(person), Audit.state.in_(states))


def newer_checklists(person: Person) -> Select[Any]:
    """Audits of mine that are planned with a checklist of which a newer version is published."""
    states = (AuditState.PLANNED, AuditState.NOTIFIED)
    return select(Audit).where(owed.in_team(person), Audit.state.in_(states), copies.is_offered())


def _newer(audit: Audit) -> Task:
    return Task(audit.code, audit.title, audit.starts_on, "checklists.index", audit.id, key="audit_id")


def being_audited(person: Person) -> Select[Any]:
    """Audits announced to me as auditee."""
    states = (AuditState.NOTIFIED, AuditState.IN_PROGRESS)
    return select(Audit).where(Audit.auditees.any(Person.id == person.id), Audit.state.in_(states))


def late_audits(_person: Person) -> Select[Any]:
    """Audits past their dates that nobody started or reported."""
    return select(Audit).where(
        or_(
            and_(Audit.state.in_((AuditState.PLANNED, AuditState.NOTIFIED)), Audit.starts_on < today()),
            and_(Audit.state == AuditState.IN_PROGRESS, Audit.ends_on < today()),
        )
    )


def inputs_to_write(person: Person) -> Select[Any]:
    """Inputs of a review in preparation that I own and have not written."""
    return (
        select(ReviewInput)
        .join(Review)
        .where(
            ReviewInput.owner_id == person.id,
            ReviewInput.text == "",
            ReviewInput.nothing_to_report.is_(False),
            Review.state == ReviewState.PREPARING,
        )
        .options(joinedload(ReviewInput.review))
    )


def reviews_to_hold(person: Person) -> Select[Any]:
    """Reviews that I prepare."""
    states = (ReviewState.PLANNED, ReviewState.PREPARING)
    return select(Review).where(Review.prepared_by_id == person.id, Review.state.in_(states))


def reviews_to_approve(_person: Person) -> Select[Any]:
    """Reviews held that wait for approval."""
    return select(Review).where(Review.state == ReviewState.HELD)


def reviews_to_decide(_person: Person) -> Select[Any]:
    """Reviews in preparation that ask for decisions."""
    return select(Review).where(
        Review.state == ReviewState.PREPARING, Review.decisions.any(state=DecisionState.ASKED)
    )


def programmes_to_approve(_person: Person) -> Select[Any]:
    """Programmes in draft."""
    return select(Programme).where(Programme.state == ProgrammeState.DRAFT)


def values_to_enter(person: Person) -> Select[Any]:
    """Indicators of mine, entered by hand, without last month's value."""
    month = Month.of(last_month())
    due = or_(
        *(
            (Indicator.frequency == each)
            & ~exists().where(
                Measurement.indicator_id == Indicator.id,
                Measurement.period == each.last_ended(month).first,
            )
            for each in Frequency
        )
    )
    return select(Indicator).where(
        Indicator.owner_id == person.id,
        Indicator.active.is_(True),
        Indicator.source == Source.MANUAL,
        due,
    )


def windows(_person: Person) -> Select[Any]:
    """The running certification cycle, while its next window closes within the days of warning."""
    running = certification.running()
    warns = running is not None and standing(running).warns
    return select(Certificate).where(Certificate.id == (running.id if running is not None and warns else 0))


def _certificate(certificate: Certificate) -> Task:
    following = standing(certificate).next
    due = (following.due_on or following.planned_on) if following is not None else None
    note = following.title if following is not None else ""
    return Task(certificate.code, certificate.title, due, "certification.show", certificate.id, note)


def _programme(programme: Programme) -> Task:
    return Task(programme.code, programme.title, None, "programme.show", programme.year, key="year")


def competences_ending(person: Person) -> Select[Any]:
    """Competence that ends soon or has just ended: of everybody for who plans audits, else one's own."""
    query = competence.ending(today())
    return query if person.may(P.AUDIT_PLAN) else query.where(Competence.person_id == person.id)


def _competence(record: Competence) -> Task:
    return Task(
        record.person.name,
        str(record.what),
        record.ends_on,
        "competence.show",
        record.id,
        record.standing.label,
    )


def _waiver(waiver: Waiver) -> Task:
    return Task(
        waiver.code, waiver.title, waiver.audit.starts_on, "programme.waiver", waiver.id, waiver.kind.label
    )


def _plan(plan: AuditPlan) -> Task:
    return Task(plan.code, plan.title, plan.audit.starts_on, "agenda.show", plan.id, plan.state.label)


def left_behind(_person: Person) -> Select[Any]:
    """Findings under way whose owner has no access any more."""
    gone = and_(Person.id == Finding.owner_id, Person.active.is_(False))
    return select(Finding).join(Person, gone).where(Finding.state.not_in(SETTLED))


def _request(request: Extension) -> Task:
    return Task(
        request.subject.code,
        request.subject.title,
        request.from_on,
        "findings.extension",
        request.id,
        request.asked_by.name if request.asked_by is not None else "",
    )


def _correction(row: ValueCorrection) -> Task:
    return Task(row.code, row.indicator.name, None, "indicators.correction", row.id, row.title)


def _improvement(row: Improvement) -> Task:
    return Task(row.code, row.title, row.due_on, "improvements.show", row.id, row.state.label)


def _supplement(row: ReviewSupplement) -> Task:
    return Task(row.code, row.title, None, "reviews.supplement", row.id, row.state.label)


KINDS: tuple[Kind, ...] = (
    Kind("sent_back", _l("Sent back to me"), _l("Look at the reason and report again"), "arrow-back-up",
         P.ACTION_DO, owed.sent_back, owed.action_task, on_top=True),
    Kind("findings_back", _l("Findings sent back to me"), _l("Look at the reason and answer again"),
         "arrow-back-up", P.FINDING_ANSWER, owed.findings_back, owed.finding_back_task, on_top=True),
    Kind("answer", _l("Findings to answer"), _l("Take the next step"), "alert-circle", P.FINDING_ANSWER,
         owed.to_answer, owed.finding_task),
    Kind("actions", _l("My actions"), _l("Do and report, or ask for more time"), "checklist", P.ACTION_DO,
         owed.my_actions, owed.action_task),
    Kind("covered_findings", _l("Findings of people I stand in for"), _l("Take the next step"), "user-check",
         P.FINDING_ANSWER, owed.covered_findings, owed.for_task),
    Kind("covered_actions", _l("Actions I do for others"), _l("Do and report, or ask for more time"),
         "user-check", P.ACTION_DO, owed.covered_actions, owed.for_task),
    Kind("audits", _l("My audits"), _l("Prepare, answer the checklist, report"), "clipboard-check",
         P.ANSWER_RECORD, my_audits, _audit),
    Kind("newer", _l("Newer checklists"), _l("See what changed and take it over"), "versions",
         P.ANSWER_RECORD, newer_checklists, _newer),
    Kind("audited", _l("Audits of my area"), _l("Be there, have the records ready"), "calendar-event", None,
         being_audited, _audit),
    Kind("confirm", _l("Times to confirm"), _l("Confirm, or ask for another time"), "calendar-due", None,
         agenda.to_confirm, _plan),
    Kind("slotless", _l("Audits without a slot for me"),
         _l("The agenda has no slot for you yet: ask the lead auditor for one"), "calendar-off", None,
         team.waits_for_slot, _plan),
    Kind("seats", _l("Agendas that leave somebody of the team out"),
         _l("Give them a slot, or propose the agenda anew"), "users", P.AUDIT_CONDUCT, team.to_seat, _plan),
    Kind("plans", _l("Audit plans to approve"), _l("Read and approve before the audit starts"),
         "calendar-event", P.PLAN_APPROVE, agenda.to_approve, _plan),
    Kind("issue", _l("Drafts to issue"), _l("Check the four parts and issue"), "file-certificate",
         P.FINDING_ISSUE, owed.to_issue, owed.finding_task),
    Kind("disputes", _l("Disputes to decide"), _l("Read both sides and decide whether it stands"), "message",
         P.FINDING_WITHDRAW, owed.disputes, owed.finding_task),
    Kind("proposed", _l("Plans of findings to approve"),
         _l("Does it remove the cause? Approve it or return it"), "clipboard-check", P.FINDING_APPROVE,
         owed.plans_proposed, owed.finding_task),
    Kind("verify", _l("To verify"), _l("Look at the evidence and verify or send back"), "shield-check",
         P.FINDING_VERIFY, owed.to_verify, owed.finding_task),
    Kind("close", _l("Effectiveness checks"), _l("Show that it did not come back, then close"),
         "circle-check", P.FINDING_CLOSE, owed.to_close, owed.finding_task),
    Kind("improve", _l("Improvements I carry out"), _l("Start, report, measure against the target"), "bulb",
         P.IMPROVEMENT_PROPOSE, improvements.to_do, _improvement),
    Kind("evaluate", _l("Proposals to evaluate"), _l("Score benefit, effort and risk; set a target"), "bulb",
         P.IMPROVEMENT_EVALUATE, improvements.to_evaluate, _improvement),
    Kind("improvements", _l("Improvements to decide"), _l("Approve or decline, close with the result"),
         "bulb", P.IMPROVEMENT_APPROVE, improvements.to_decide, _improvement),
    Kind("inputs", _l("Review inputs to write"), _l("Write a short assessment"), "edit", P.REVIEW_CONTRIBUTE,
         inputs_to_write, _input),
    Kind("values", _l("Values to enter"), _l("Enter last month's value"), "chart-line", P.MEASUREMENT_ENTER,
         values_to_enter, _indicator),
    Kind("corrections", _l("Corrections of closed months to decide"),
         _l("Compare both values, then approve or refuse"), "history", P.MEASUREMENT_APPROVE,
         corrections.to_decide, _correction),
    Kind("decide", _l("Decisions asked of me"), _l("Read the options before the meeting"), "gavel",
         P.REVIEW_APPROVE, reviews_to_decide, _review),
    Kind("approve", _l("Reviews to approve"), _l("Read the pack and approve"), "presentation",
         P.REVIEW_APPROVE, reviews_to_approve, _review),
    Kind("supplements", _l("Supplements to issue"), _l("Read what is corrected and issue it"),
         "file-certificate", P.REVIEW_APPROVE, supplements.to_issue, _supplement),
    Kind("programmes", _l("Programmes to approve"), _l("Read and approve"), "calendar-event",
         P.PROGRAMME_APPROVE, programmes_to_approve, _programme),
    Kind("waivers", _l("Waivers to approve"), _l("Read reason and measure, then decide"), "signature",
         P.PROGRAMME_APPROVE, waivers.to_approve, _waiver),
    Kind("competence", _l("Competence to renew"), _l("Renew it before it ends"), "certificate",
         P.ANSWER_RECORD, competences_ending, _competence),
    Kind("reviews", _l("Reviews I prepare"), _l("Collect the inputs"), "presentation", P.REVIEW_PREPARE,
         reviews_to_hold, _review),
    Kind("certification", _l("Certification windows"),
         _l("See what is missing, agree the dates with the body"), "certificate", P.AUDIT_PLAN, windows,
         _certificate),
    Kind("more_time", _l("Requests for more time"), _l("Grant it or keep the date"), "hourglass",
         P.FINDING_APPROVE, extensions.to_decide, _request),
    Kind("orphans", _l("Findings whose owner has left"), _l("Hand them over to somebody else"), "users",
         P.FINDING_APPROVE, left_behind, owed.finding_task),
    Kind("late_audits", _l("Audits behind schedule"), _l("Start, report or move them"), "clock-exclamation",
         P.AUDIT_PLAN, late_audits, _audit),
    Kind("late_findings", _l("Findings past their date"), _l("Chase the owner"), "bell", P.FINDING_APPROVE,
         owed.late_findings, owed.finding_task),
)  # fmt: skip


def piles(person: Person) -> list[Pile]:
    """Everything that waits for the person; kinds without a task are left out. One query per kind."""
    found = []
    for kind in KINDS:
        if kind.needs is not None and not person.may(kind.needs):
            continue
        rows = list(db.session.scalars(kind.query(person).limit(MOST + 1)).unique())
        tasks = sorted(map(kind.task, rows[:MOST]), key=lambda task: (task.due or date.max, task.code))
        if tasks:
            found.append(Pile(kind, tuple(tasks), len(rows) > MOST))
    return found
