"""Promising dates and keeping the first ones; setting periods; how late something is by its first date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core import workdays
from audit_app.core.clock import local, now, today
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import external, policy
from audit_app.findings.deadline_models import DayUnit, DeadlinePolicy, OriginalDate, Term
from audit_app.findings.models import SETTLED, Action, ActionState, Finding, FindingState, Grade
from audit_app.findings.policy import SOONEST_CHECK, Period
from audit_app.trail import services as trail

MOST = 730


# --- promising ----------------------------------------------------------------------------------------------


def start(finding: Finding, due_on: date | None = None) -> None:
    """Promise the dates of a finding that is issued or reopened today, and keep them as the first ones.

    ``due_on`` is the day of the corrective action, if another one than the policy proposes was agreed.
    Neither answer nor correction is due after it. The very first day stays in ``original_due_on`` for ever.
    Raises :class:`Refused` for a day beyond the period of the grade (R6).
    """
    day, grade = today(), finding.grade
    last = policy.proposed_due(grade, day)
    if due_on is not None and last is not None and due_on > last:
        raise Refused(
            _l(
                "For this grade the corrective action is due by %(last)s at the latest. More time is asked "
                "for later, with a reason.",
                last=SaidDay(last),
            ),
            "due_on",
        )
    finding.due_on = external.within(finding, due_on or last)
    finding.original_due_on = finding.original_due_on or finding.due_on
    finding.response_due_on = _at_most(policy.due(grade, Term.RESPONSE, day), finding.due_on)
    promised = {
        Term.RESPONSE: finding.response_due_on,
        Term.CORRECTION: _at_most(policy.due(grade, Term.CORRECTION, day), finding.due_on),
        Term.CORRECTIVE: finding.due_on,
    }
    for term, on in promised.items():
        keep_first(finding, term, on)


def keep_first(finding: Finding, term: Term, on: date | None) -> None:
    """Keep a date of the present round as the first one, unless one stands already or none is promised."""
    number = finding.reopened or 0
    rows = first_dates(finding) if finding.id is not None else []
    if on is not None and all((row.term, row.round) != (term, number) for row in rows):
        row = OriginalDate(finding_id=finding.id, term=term, round=number, due_on=on, set_at=now())
        db.session.add(row)


def _at_most(day: date | None, last: date | None) -> date | None:
    return min(day, last) if day is not None and last is not None else day


def first_dates(finding: Finding) -> list[OriginalDate]:
    """All first dates of a finding, of every round, in the order they were promised."""
    query = select(OriginalDate).where(OriginalDate.finding_id == finding.id)
    return list(db.session.scalars(query.order_by(OriginalDate.round, OriginalDate.id)))


@dataclass(frozen=True)
class Promise:
    """One line of the dates of a finding: first date, the one that counts now, when it was met."""

    term: Term
    first_on: date | None
    due_on: date | None
    met_on: date | None


def promises(finding: Finding) -> list[Promise]:
    """The dates of the present round, as the page shows them; terms without any date are left out."""
    rows = first_dates(finding)
    found = []
    for term in Term:
        due_on = due_now(finding, term, rows)
        if due_on is not None:
            found.append(Promise(term, first_of(finding, term, rows), due_on, met(finding, term)))
    return found


def first_of(finding: Finding, term: Term, rows: list[OriginalDate] | None = None) -> date | None:
    """The first date of a term in the present round. What is reported done again after it was sent back is
    verified anew: then the day that follows from the last report counts, not that of the first."""
    rows = first_dates(finding) if rows is None else rows
    kept = next((row.due_on for row in rows if (row.term, row.round) == (term, finding.reopened)), None)
    if term is Term.VERIFICATION:
        again = policy.verify_by(finding)
        return policy.latest(kept, again) if again is not None else None
    if term is Term.EFFECTIVENESS:
        return kept or finding.effectiveness_due_on
    return kept


def due_now(finding: Finding, term: Term, rows: list[OriginalDate] | None = None) -> date | None:
    """The date of a term that counts now, with the time that was granted; None when none is promised."""
    columns = {
        Term.RESPONSE: finding.response_due_on,
        Term.CORRECTIVE: finding.due_on,
        Term.EFFECTIVENESS: finding.effectiveness_due_on,
    }
    if term in columns:
        return columns[term]
    first = first_of(finding, term, rows)
    return policy.latest(first, policy.granted_until(finding, term)) if first is not None else None


def met(finding: Finding, term: Term) -> date | None:
    """The day on which a promise was kept, None while it is open.

    The answer is given with cause and plan: whoever approves late does not make it late, and a plan that is
    sent back was none. Actions reported done answer everything before them. What is
    settled owes nothing of these any more; only a closed finding was found effective.
    """
    if term is Term.VERIFICATION:
        return local(finding.verified_at).date() if finding.verified_at else None
    if term is Term.EFFECTIVENESS:
        return finding.closed_on if finding.state is FindingState.CLOSED else None
    found: dict[Term, Iterable[Any]] = {
        Term.RESPONSE: (finding.proposed_at, finding.planned_at, finding.implemented_at),
        Term.CORRECTION: (finding.correction_done_on, finding.implemented_at),
        Term.CORRECTIVE: (finding.implemented_at,),
    }
    moment = next((each for each in found[term] if each is not None), None)
    if moment is None:
        return finding.closed_on
    return local(moment).date() if hasattr(moment, "astimezone") else moment


# --- ageing -------------------------------------------------------------------------------------------------

BANDS: dict[str, tuple[int | None, int | None]] = {
    "0": (None, 0),
    "1-30": (1, 30),
    "31-60": (31, 60),
    "61-90": (61, 90),
    "91-": (91, None),
}
"""Days past the first date, both ends counted; the first band has no beginning, the last no end."""


def days_late(subject: Finding | Action, on: date | None = None) -> int:
    """Days past the first date, whatever was granted since; 0 when in time. What is done stops ageing."""
    if subject.original_due_on is None or getattr(subject, "settled", False):
        return 0
    if isinstance(subject, Action):
        if subject.state is ActionState.CANCELLED:
            return 0
        done = subject.done_at
    else:
        done = subject.implemented_at
    return days_past(subject.original_due_on, done, on or today())


def days_past(first: date | None, done: datetime | None, on: date) -> int:
    """Days from a first date to the day something was done, or to ``on`` while it is not; 0 when in time."""
    if first is None:
        return 0
    return max(0, ((local(done).date() if done is not None else on) - first).days)


def aged(model: type[Finding] | type[Action], band: str, on: date) -> ColumnElement[bool] | None:
    """The condition on what is not done and so many days past its first date; None for an unknown band."""
    return and_(waiting(model), within(model, band, on)) if band in BANDS else None


def within(model: type[Finding] | type[Action], band: str, on: date) -> ColumnElement[bool]:
    """The condition on so many days past the first date, whatever became of it."""
    least, most = BANDS[band]
    column: Any = model.original_due_on
    found: list[ColumnElement[bool]] = []
    if least is not None:
        found.append(column <= date.fromordinal(on.toordinal() - least))
    if most is not None:
        found.append(column >= date.fromordinal(on.toordinal() - most))
    return and_(*found)


def waiting(model: type[Finding] | type[Action]) -> ColumnElement[bool]:
    """The condition on what is still to be done."""
    if model is Finding:
        return and_(Finding.state.not_in(SETTLED), Finding.implemented_at.is_(None))
    return Action.state == ActionState.OPEN


# --- the periods --------------------------------------------------------------------------------------------


def set_period(grade: Grade, term: Term, *, number: int | None, unit: DayUnit, by: Person) -> DeadlinePolicy:
    """Set a period, for what begins from now on. ``number`` None: no date is promised any more.

    Raises :class:`Refused` for a period that makes no sense beside the others of its grade.
    """
    if not by.may(Permission.DEADLINES_MANAGE):
        raise Refused(_l("The deadlines are set by an administrator or the audit programme manager."))
    if grade not in policy.GRADES:
        raise Refused(_l("A good practice promises nothing, so it has no deadlines."))
    if number is not None and not 1 <= number <= MOST:
        raise Refused(_l("Between 1 and %(most)d days.", most=MOST), "number")
    wanted = Period(number, unit is DayUnit.WORKING) if number is not None else None
    for words in _objections(grade, term, wanted):
        raise Refused(words, "number")
    with db.session.begin_nested():
        row = DeadlinePolicy(
            grade=grade, term=term, number=number, unit=unit, changed_by=by, changed_at=now()
        )
        with trail.act("deadline.set", row, by=by):
            db.session.add(row)
    return row


def _objections(grade: Grade, term: Term, wanted: Period | None) -> list[Any]:
    """What speaks against a period, judged by what would be promised for a finding issued today."""
    day = today()
    ends = {each: policy.due(grade, each, day) for each in Term}
    ends[term] = wanted.after(day) if wanted is not None else None
    last, check = ends[Term.CORRECTIVE], ends[Term.EFFECTIVENESS]
    found: list[Any] = [
        _l(
            "Issued today, the %(term)s would be due on %(first)s, after the corrective action on %(last)s.",
            term=each.label, first=SaidDay(on), last=SaidDay(last),
        )
        for each in (Term.RESPONSE, Term.CORRECTION)
        if (on := ends[each]) is not None and last is not None and on > last
    ]  # fmt: skip
    if last is None and grade in (Grade.MAJOR, Grade.MINOR):
        found.append(_l("A nonconformity needs a date for its corrective action."))
    if term is Term.EFFECTIVENESS and check is not None and (check - day).days < SOONEST_CHECK:
        found.append(
            _l("Effectiveness cannot be seen before %(count)d days have passed.", count=SOONEST_CHECK)
        )
    return found


def remarks() -> list[Any]:
    """What strikes about the periods in force, without being wrong."""
    day, found = today(), []
    major, minor = (policy.proposed_due(grade, day) for grade in (Grade.MAJOR, Grade.MINOR))
    if major and minor and major > minor:
        found.append(_l("A major nonconformity is given more time than a minor one."))
    return found


@dataclass(frozen=True)
class Cell:
    """A period as the page shows it: what counts, who set it, and the date of the worked example."""

    grade: Grade
    term: Term
    period: Period | None
    row: DeadlinePolicy | None
    example: date | None
    provisional: bool = False
    """The example counts working days that are not published yet."""


def table(day: date) -> list[tuple[Grade, list[Cell]]]:
    """Every grade with its five periods, and what a finding issued on ``day`` would be promised.

    In the example the actions are reported done on their last day, and verified on the last day for that.
    """
    rows = {(row.grade, row.term): row for row in db.session.scalars(
        select(DeadlinePolicy).order_by(DeadlinePolicy.id))}  # the newest comes last, and stays  # fmt: skip
    found, published = [], workdays.published_until()
    for grade in policy.GRADES:
        cells: list[Cell] = []
        began = {Term.VERIFICATION: Term.CORRECTIVE, Term.EFFECTIVENESS: Term.VERIFICATION}
        ends: dict[Term, date | None] = {}
        for term in Term:
            row = rows.get((grade, term))
            one = policy.of_row(row) if row is not None else policy.DEFAULTS.get((grade, term))
            first = ends[began[term]] if term in began else day
            ends[term] = one.after(first) if one is not None and first is not None else None
            unsure = _unsure(one, ends[term], published) or (term in began and cells[-1].provisional)
            cells.append(Cell(grade, term, one, row, ends[term], unsure and ends[term] is not None))
        found.append((grade, cells))
    return found


def _unsure(period: Period | None, end: date | None, published: date | None) -> bool:
    """Whether a date may still move when the holidays of its year are announced."""
    return bool(period and period.working and end and published and end > published)
