"""A certificate and the audits around it, made by the same services a person uses."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from audit_app.certification import services
from audit_app.certification.models import Certificate
from audit_app.core.db import db
from audit_app.programme.models import Audit, AuditKind, AuditState, Programme
from audit_app.reviews.models import Review, ReviewState
from tests.people import People

TODAY = date(2026, 11, 24)
NOW = datetime.combine(TODAY, time(2, 0), tzinfo=UTC)
BODY = "East Lake Certification"


def audit(
    people: People, kind: AuditKind, first: date, *, done: bool = True, days: int = 2, **given: Any
) -> Audit:
    """An audit of some kind in the register; a done one was reported two days after its end."""
    year = db.session.query(Programme).filter_by(year=first.year).first() or Programme(
        code=f"P-{first.year}", year=first.year, title=str(first.year), objectives="All clauses"
    )
    last = first + timedelta(days=days - 1)
    made = Audit(
        code=given.pop("code", f"A-{kind.value}-{first.isoformat()}"), programme=year, kind=kind, title=f"Audit {kind.value}",
        criteria="ISO/IEC 20000-1:2018", starts_on=first, ends_on=last, body=BODY, clauses=["9.2"],
        state=AuditState.REPORTED if done else AuditState.PLANNED, lead=people.lead,
        reported_at=datetime.combine(last + timedelta(days=2), time(9), tzinfo=UTC) if done else None, **given,
    )  # fmt: skip
    db.session.add_all([year, made])
    db.session.flush()
    return made


def review(people: People, day: date, state: ReviewState = ReviewState.HELD) -> Review:
    """A management review that met on a day."""
    made = Review(
        code=f"MR-{day.isoformat()}", title="Management review", meets_on=day, period_from=day - timedelta(days=180),
        period_to=day, state=state, chair=people.boss, prepared_by=people.manager,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def scheme(people: People, code: str = "CN-ITSMS") -> Any:
    """One of the schemes that ship."""
    from audit_app.certification import queries

    services.load_rules(by=people.manager)
    return next(each for each in queries.schemes() if each.code == code)


def preparing(people: People, **given: Any) -> Certificate:
    """A cycle at its beginning, half a year in operation."""
    facts: dict[str, Any] = {
        "scheme": given.pop("scheme", None) or scheme(people), "standard": "ISO/IEC 20000-1:2018", "body": BODY,
        "scope": "IT services of Harbour", "operating_since": TODAY - timedelta(days=700), "by": people.manager,
    } | given  # fmt: skip
    return services.begin_cycle(**facts)


def certified(people: People, decided_on: date = date(2025, 3, 20), **given: Any) -> Certificate:
    """A certificate with its two stages before it."""
    made = preparing(people, **given)
    audit(people, AuditKind.INTERNAL, decided_on - timedelta(days=120))
    review(people, decided_on - timedelta(days=90))
    audit(people, AuditKind.STAGE_1, decided_on - timedelta(days=70))
    audit(people, AuditKind.STAGE_2, decided_on - timedelta(days=30))
    return services.certify(made, decided_on=decided_on, number="EL-2025-1", by=people.manager)
