"""Which reminders still hold when their mail is about to leave: what was done meanwhile is mailed to nobody.

The rows are read again, once for all notices of a kind. A reminder holds while the thing waits for the same
person; whether its day is still the same does not matter, for the mail says which day it was written for.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from audit_app.accounts.permissions import Permission
from audit_app.certification.models import Certificate
from audit_app.competence.models import Competence
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import cover
from audit_app.findings.models import OWNERS_TURN, Action, ActionState, Finding
from audit_app.notifications.models import Notice
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit, AuditState
from audit_app.reviews import yearly
from audit_app.reviews.models import Review, ReviewInput, ReviewState
from audit_app.reviews.requests import UNWRITTEN

Check = Callable[[Sequence[Notice]], set[int]]


def _numbers(notices: Sequence[Notice]) -> list[int]:
    return list({int(each.subject_id) for each in notices})


def _owned(model: type[Action] | type[Finding], *waiting: ColumnElement[bool]) -> Check:
    """Rows that wait for their owner, or who acts beside them; both may have changed."""

    def holding(notices: Sequence[Notice]) -> set[int]:
        query = select(model.id, model.owner_id).where(model.id.in_(_numbers(notices)), *waiting)
        owners = {number: owner for number, owner in db.session.execute(query)}  # noqa: C416  # no pairs to mypy
        helpers = cover.helpers_of(model.__tablename__, owners)
        return {
            each.id
            for each in notices
            if (number := int(each.subject_id)) in owners
            and (owners[number] == each.person_id or each.person_id in helpers[number])
        }

    return holding


def _audits(states: Collection[AuditState]) -> Check:
    """Audits in one of these states, for everybody who is still named on them."""

    def holding(notices: Sequence[Notice]) -> set[int]:
        query = select(Audit).where(Audit.id.in_(_numbers(notices)), Audit.state.in_(states))
        named = {
            str(audit.id): {person.id for person in programme.people_of(audit)}
            for audit in db.session.scalars(query)
        }
        return {each.id for each in notices if each.person_id in named.get(each.subject_id, ())}

    return holding


def _unwritten(waits_for: Any) -> Check:
    """Inputs that say nothing yet and still wait for the person told: who writes, or who prepares."""

    def holding(notices: Sequence[Notice]) -> set[int]:
        query = select(ReviewInput.id, waits_for).join(Review).where(
            ReviewInput.id.in_(_numbers(notices)), Review.state == ReviewState.PREPARING, UNWRITTEN
        )  # fmt: skip
        people = {str(number): person for number, person in db.session.execute(query)}
        return {each.id for each in notices if people.get(each.subject_id) == each.person_id}

    return holding


def _no_review(notices: Sequence[Notice]) -> set[int]:
    """Nobody has planned the review that was missing."""
    last, _until = yearly.missing(today())
    return {each.id for each in notices if last is not None and each.subject_id == str(last.id)}


def _competences(notices: Sequence[Notice]) -> set[int]:
    """Neither withdrawn nor renewed; the person's own, or of somebody who plans audits."""
    renewed = select(Competence.renews_id).where(Competence.renews_id.is_not(None))
    query = select(Competence.id, Competence.person_id).where(
        Competence.id.in_(_numbers(notices)), Competence.withdrawn_on.is_(None), Competence.id.not_in(renewed)
    )
    whose = {str(number): person for number, person in db.session.execute(query)}
    return {
        each.id
        for each in notices
        if each.subject_id in whose
        and (whose[each.subject_id] == each.person_id or each.person.may(Permission.AUDIT_PLAN))
    }


def _certificates(notices: Sequence[Notice]) -> set[int]:
    query = select(Certificate).where(Certificate.id.in_(_numbers(notices)))
    running = {str(each.id) for each in db.session.scalars(query) if each.running}
    return {each.id for each in notices if each.subject_id in running}


NOT_BEGUN = (AuditState.PLANNED, AuditState.NOTIFIED)
_ACTIONS = _owned(Action, Action.state == ActionState.OPEN)
_FINDINGS = _owned(Finding, Finding.state.in_(OWNERS_TURN))

RULES: dict[str, Check] = {
    "action.due": _ACTIONS,
    "action.late": _ACTIONS,
    "finding.due": _FINDINGS,
    "finding.late": _FINDINGS,
    "audit.soon": _audits(NOT_BEGUN),
    "audit.start_due": _audits(NOT_BEGUN),
    "audit.report_due": _audits((*NOT_BEGUN, AuditState.IN_PROGRESS)),
    "review_input.due": _unwritten(ReviewInput.owner_id),
    "review_input.late": _unwritten(ReviewInput.owner_id),
    "review_input.escalated": _unwritten(Review.prepared_by_id),
    "review_input.left": _unwritten(Review.prepared_by_id),
    "review.missing": _no_review,
    "competence.ending": _competences,
    "competence.ended": _competences,
    "certificate.window": _certificates,
    "certificate.passed": _certificates,
}
"""By kind of notice; a kind without a row always holds."""
