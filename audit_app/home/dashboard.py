"""Programme, findings, indicators and reviews at a glance; every figure is a link to its rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.exports.charts import Chart, Series
from audit_app.findings import figures
from audit_app.findings.models import Grade
from audit_app.indicators import queries as indicators
from audit_app.programme import queries as programme
from audit_app.programme.coverage import Coverage, coverage
from audit_app.programme.models import Audit, AuditState, Programme
from audit_app.reviews import queries as reviews
from audit_app.reviews.models import Review, ReviewState
from audit_app.web.formats import month

DONE = frozenset({AuditState.REPORTED, AuditState.CLOSED})


@dataclass(frozen=True)
class Dashboard:
    """Everything the page shows; counts are over what the person may see."""

    year: int
    programme: Programme | None
    audits: tuple[Audit, ...]
    done: int
    late: tuple[Audit, ...]
    coverage: Coverage | None
    findings: figures.Board
    flow: Chart
    indicators: Any
    next_review: Review | None


def compile_for(person: Person) -> Dashboard:
    """Compose the domains' queries: a fixed number of them, whatever the number of rows."""
    year, day = today().year, today()
    plan = db.session.scalar(select(Programme).where(Programme.year == year))
    audits = tuple(_audits_of(plan, person)) if plan else ()
    counted = [audit for audit in audits if audit.state is not AuditState.CANCELLED]
    return Dashboard(
        year=year,
        programme=plan,
        audits=tuple(counted),
        done=sum(audit.state in DONE for audit in counted),
        late=tuple(programme.late(person, day)),
        coverage=coverage(counted, accounts.process_scopes()) if plan else None,
        findings=(board := figures.board(person)),
        flow=flow_chart(board),
        indicators=indicators.board() if person.may(Permission.INDICATOR_SEE) else None,
        next_review=_next_review(person),
    )


def _audits_of(plan: Programme, person: Person) -> list[Audit]:
    query = programme.visible_to(person).where(Audit.programme_id == plan.id).order_by(Audit.starts_on)
    return list(db.session.scalars(query.options(selectinload(Audit.processes))).unique())


def _next_review(person: Person) -> Review | None:
    if not person.may(Permission.REVIEW_SEE):
        return None
    query = reviews.visible_to(person).where(Review.state != ReviewState.APPROVED)
    return db.session.scalars(query.order_by(None).order_by(Review.meets_on).limit(1)).first()


def flow_chart(board: figures.Board) -> Chart:
    """Findings opened and closed per month."""
    return Chart(
        kind="bar",
        title=_l("Findings opened and closed per month"),
        labels=tuple(month(each.start) for each in board.months),
        series=(
            Series(_l("Opened"), tuple(each.opened for each in board.months), "warning"),
            Series(_l("Closed"), tuple(each.closed for each in board.months), "success"),
        ),
        unit="",
        source=_l("register of findings"),
    )


def months_with_rows(board: figures.Board) -> list[tuple[str, int, int, date, date]]:
    """(label, opened, closed, first day, last day) for the table under the chart."""
    return [(month(each.start), each.opened, each.closed, each.start, each.end) for each in board.months]


OPEN_GRADES = (Grade.MAJOR, Grade.MINOR, Grade.OBSERVATION, Grade.OFI)
"""Grades that ask for something; good practice does not."""
