"""The ladder of a missed date: owner, head of department, management representative, management review.

Its days count from the first date, never from a later one: more time granted makes the ladder wait until that
has passed too, and then it stands where the first date puts it. Each rung is told once; a daily run that was
missed is caught up, with the day on which the rung fell due.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import deadlines
from audit_app.findings.deadline_models import Escalation, LadderRung, OriginalDate, Rung, Term
from audit_app.findings.models import SETTLED, Action, ActionState, Finding, FindingState
from audit_app.findings.policy import add_working_days
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

DEFAULT_DAYS: dict[Rung, int] = {Rung.OWNER: 1, Rung.HEAD: 5, Rung.REPRESENTATIVE: 10, Rung.REVIEW: 20}
"""Working days after the missed first date, until the organisation sets others."""
NOTICES: dict[Rung, str] = {
    Rung.OWNER: "escalation.owner",
    Rung.HEAD: "escalation.head",
    Rung.REPRESENTATIVE: "escalation.representative",
    Rung.REVIEW: "escalation.review",
}
OWED = (Term.CORRECTION, Term.RESPONSE, Term.CORRECTIVE)
"""What an owner owes; verification and effectiveness are for auditors to do."""


@dataclass(frozen=True)
class Missed:
    """A first date that passed with nothing shown. ``due_on`` is the date that counts now."""

    subject: Finding | Action
    term: Term
    round: int
    first_on: date
    due_on: date

    def day_of(self, days: int) -> date:
        """The day on which a rung falls due."""
        return max(add_working_days(self.first_on, days), self.due_on + timedelta(days=1))


# --- the ladder as it is set --------------------------------------------------------------------------------


def ladder() -> dict[Rung, int]:
    """Working days of each rung, from the lowest to the highest."""
    rows = {row.rung: row.days for row in db.session.scalars(select(LadderRung))}
    return {rung: rows.get(rung, DEFAULT_DAYS[rung]) for rung in Rung}


def representative(without: Person | None = None) -> Person | None:
    """The management representative: who is named on the page, else the first active programme manager."""
    row = db.session.get(LadderRung, Rung.REPRESENTATIVE)
    named = row.person if row is not None else None
    able = [named] if named is not None and named.is_active else []
    able += accounts.active_people(Role.PROGRAMME_MANAGER)
    return next(
        (each for each in able if each.is_active and (without is None or each.id != without.id)), None
    )


def named_representative() -> Person | None:
    """Who is named on the page, if anybody."""
    row = db.session.get(LadderRung, Rung.REPRESENTATIVE)
    return row.person if row is not None else None


def set_ladder(*, days: dict[Rung, int], person: Person | None, by: Person) -> None:
    """Set the days of all rungs and who the management representative is.

    Raises :class:`Refused` when a higher rung is not later than the one below it.
    """
    if not by.may(Permission.DEADLINES_MANAGE):
        raise Refused(_l("The deadlines are set by an administrator or the audit programme manager."))
    if person is not None and not person.is_active:
        raise Refused(
            _l("%(name)s is no longer active. Choose somebody else.", name=person.name), "person_id"
        )
    before: Rung | None = None
    for rung in Rung:
        if not 1 <= days[rung] <= 365:
            raise Refused(_l("Between 1 and %(most)d days.", most=365), rung.value)
        if before is not None and days[rung] <= days[before]:
            raise Refused(
                _l("“%(rung)s” must come later than “%(before)s”.", rung=rung.label, before=before.label),
                rung.value,
            )
        before = rung
    with db.session.begin_nested():
        for rung in Rung:
            whom = person if rung is Rung.REPRESENTATIVE else None
            _set_rung(rung, days[rung], whom, by)


def _set_rung(rung: Rung, days: int, person: Person | None, by: Person) -> None:
    row = db.session.get(LadderRung, rung)
    if row is None and days == DEFAULT_DAYS[rung] and person is None:
        return
    if row is not None and (row.days, row.person) == (days, person):
        return
    row = row or LadderRung(rung=rung, days=days, changed_by=by, changed_at=now())
    with trail.act("ladder.set", row, by=by, representative=person.name if person is not None else ""):
        row.days, row.person, row.changed_by, row.changed_at = days, person, by, now()


# --- what was missed ----------------------------------------------------------------------------------------


def missed(on: date) -> list[Missed]:
    """Every finding and action whose first date lies before a day and is still owed, one date of each."""
    return [*_missed_findings(on), *_missed_actions(on)]


def _missed_findings(on: date) -> list[Missed]:
    query = (
        select(Finding, OriginalDate)
        .join(
            OriginalDate,
            and_(OriginalDate.finding_id == Finding.id, OriginalDate.round == Finding.reopened),
        )
        .where(
            Finding.state.not_in({FindingState.DRAFT, *SETTLED}),
            Finding.implemented_at.is_(None),
            OriginalDate.due_on < on,
            OriginalDate.term.in_(OWED),
        )
        .order_by(Finding.id, OriginalDate.due_on, OriginalDate.id)
        .options(
            joinedload(Finding.owner).joinedload(Person.department).joinedload(Department.head),
            joinedload(Finding.department).joinedload(Department.head),
            joinedload(Finding.process).lazyload(Process.clause_rows),
            selectinload(Finding.extensions),
        )
    )
    found: dict[int, Missed] = {}
    for finding, first in db.session.execute(query):
        one = _missed(finding, first)
        if finding.id not in found and one is not None and one.due_on < on:
            found[finding.id] = one
    return list(found.values())


def _missed(finding: Finding, first: OriginalDate) -> Missed | None:
    if deadlines.met(finding, first.term) is not None:
        return None
    later = deadlines.due_now(finding, first.term, [first])
    return Missed(finding, first.term, first.round, first.due_on, max(first.due_on, later or first.due_on))


def _missed_actions(on: date) -> list[Missed]:
    query = (
        select(Action)
        .where(Action.state == ActionState.OPEN, Action.original_due_on < on, Action.due_on < on)
        .order_by(Action.id)
        .options(
            joinedload(Action.owner).joinedload(Person.department).joinedload(Department.head),
            joinedload(Action.finding).joinedload(Finding.department).joinedload(Department.head),
        )
    )
    return [
        Missed(each, Term.CORRECTIVE, 0, each.original_due_on, each.due_on)
        for each in db.session.scalars(query).unique()
    ]


# --- climbing -----------------------------------------------------------------------------------------------


def gather() -> int:
    """Record and tell every rung that has fallen due and was not told yet. Returns how many; a second call
    adds none."""
    cases, rungs, on = missed(today()), ladder(), today()
    known = _known()
    count = 0
    for case in cases:
        for rung, days in rungs.items():
            day = case.day_of(days)
            if day <= on and (_name(case.subject), case.term, case.round, rung) not in known:
                _climb(case, rung, day)
                count += 1
    return count


def _name(subject: Finding | Action) -> tuple[str, int]:
    return subject.__tablename__, subject.id


def _known() -> set[Any]:
    columns = (
        Escalation.finding_id,
        Escalation.action_id,
        Escalation.term,
        Escalation.round,
        Escalation.rung,
    )
    return {
        (("finding", finding) if finding is not None else ("action", action), term, number, rung)
        for finding, action, term, number, rung in db.session.execute(select(*columns))
    }


def _climb(case: Missed, rung: Rung, day: date) -> None:
    told, person = addressee(case.subject, rung)
    subject = case.subject
    row = Escalation(
        term=case.term, round=case.round, rung=rung, told=told, first_on=case.first_on, day=day, to=person,
        recorded_at=now(),
    )  # fmt: skip
    if isinstance(subject, Finding):
        row.finding = subject
    else:
        row.action = subject
    action = "finding.escalate" if isinstance(subject, Finding) else "action.escalate"
    with db.session.begin_nested():
        db.session.add(row)
        trail.note(action, subject, by=None, rung=rung, to=person.name if person is not None else "", day=day)
    people = [person] if person is not None else accounts.people_with(Permission.REVIEW_PREPARE)
    for each in people:
        queue(NOTICES[told], to=each, subject=subject, day=day)


def addressee(subject: Finding | Action, rung: Rung) -> tuple[Rung, Person | None]:
    """Who is told for a rung: where nobody is there to be told, the next rung is. The review is no person."""
    owner = subject.owner if subject.owner is not None and subject.owner.is_active else None
    candidates = {
        Rung.OWNER: lambda: owner,
        Rung.HEAD: lambda: _head(subject),
        Rung.REPRESENTATIVE: lambda: representative(without=subject.owner),
    }
    rungs = list(Rung)
    for each in rungs[rungs.index(rung) :]:
        found = candidates[each]() if each in candidates else None
        if found is not None:
            return each, found
    return Rung.REVIEW, None


def _head(subject: Finding | Action) -> Person | None:
    """The head of the department concerned, if there is one who is not the owner."""
    owner = subject.owner
    at_home = owner.department if owner is not None else None
    if isinstance(subject, Finding):
        places: Iterable[Department | None] = (subject.department, at_home)
    else:
        places = (at_home, subject.finding.department if subject.finding is not None else None)
    place = next((each for each in places if each is not None), None)
    head = place.head if place is not None else None
    if head is None or not head.is_active or (owner is not None and head.id == owner.id):
        return None
    return head


# --- reading ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A rung on the page: the day it fell or will fall due, who was or will be told."""

    rung: Rung
    day: date
    term: Term
    told: Rung
    to: Person | None
    happened: bool


def of(subject: Finding | Action) -> list[Shown]:
    """The rungs that were reached, and those to come if nothing is done: also before a date is missed."""
    column = Escalation.finding_id if isinstance(subject, Finding) else Escalation.action_id
    rows = db.session.scalars(
        select(Escalation)
        .where(column == subject.id)
        .order_by(Escalation.day, Escalation.id)
        .options(joinedload(Escalation.to))
    ).all()
    shown = [Shown(row.rung, row.day, row.term, row.told, row.to, True) for row in rows]
    case = _coming(subject)
    if case is None:
        return shown
    known = {row.rung for row in rows if (row.term, row.round) == (case.term, case.round)}
    for rung, days in ladder().items():
        if rung not in known:
            shown.append(Shown(rung, case.day_of(days), case.term, *addressee(subject, rung), False))
    return shown


def _coming(subject: Finding | Action) -> Missed | None:
    """The promise that is next to be missed, or was."""
    if isinstance(subject, Action):
        waits = subject.state is ActionState.OPEN
        return Missed(subject, Term.CORRECTIVE, 0, subject.original_due_on, subject.due_on) if waits else None
    if subject.settled or subject.implemented_at is not None:
        return None
    rows = [row for row in deadlines.first_dates(subject) if row.round == subject.reopened]
    owed = [each for row in rows if row.term in OWED and (each := _missed(subject, row)) is not None]
    return min(owed, key=lambda each: each.due_on, default=None)


def for_review(on: date) -> list[Escalation]:
    """What stands before the next management review: the cases on the last rung by a day and still owed."""
    query = (
        select(Escalation)
        .outerjoin(Finding, Escalation.finding_id == Finding.id)
        .outerjoin(Action, Escalation.action_id == Action.id)
        .where(
            Escalation.rung == Rung.REVIEW,
            Escalation.day <= on,
            or_(
                and_(
                    Finding.id.is_not(None),
                    Finding.state.not_in(SETTLED),
                    Finding.implemented_at.is_(None),
                    Escalation.round == Finding.reopened,
                ),
                Action.state == ActionState.OPEN,
            ),
        )
        .order_by(Escalation.first_on, Escalation.id)
        .options(
            joinedload(Escalation.finding).joinedload(Finding.owner),
            joinedload(Escalation.action).joinedload(Action.owner),
        )
    )
    return list(db.session.scalars(query).unique())
