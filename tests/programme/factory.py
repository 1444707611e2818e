"""Programmes and audits for tests, made through the services."""

from datetime import timedelta
from typing import Any

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.programme import gaps, services
from audit_app.programme.models import Audit, AuditKind, Programme
from audit_app.reports import queries as queries_of_reports
from audit_app.reports import services as reports
from tests.people import People


def plan_year(people: People, year: int | None = None) -> Programme:
    """A draft programme (this year's unless another is asked for)."""
    return services.add_programme(
        year or today().year,
        "Programme",
        "Find out",
        "New desk",
        "Sampling",
        people.manager,
        by=people.manager,
    )


def plan_audit(people: People, programme: Programme | None = None, **facts: Any) -> Audit:
    """An internal audit of incident management, complete enough to be notified; everything can be changed."""
    programme = programme or db.session.query(Programme).first() or plan_year(people)
    wanted: dict[str, Any] = {
        "kind": AuditKind.INTERNAL,
        "title": "Incidents",
        "criteria": "ISO/IEC 20000-1:2018",
        "starts_on": today(),
        "ends_on": today() + timedelta(days=1)
        if (today() + timedelta(days=1)).year == programme.year
        else today(),
        "processes": [people.inc],
        "departments": [people.ops],
        "auditees": [people.owner],
        "lead": people.lead,
        "by": people.manager,
    }
    if programme.year != today().year:
        wanted["starts_on"] = wanted["ends_on"] = today().replace(programme.year, 6, 1)
        wanted["recorded"] = True
    return services.add_audit(programme, **{**wanted, **facts})


def justify_rest(people: People, programme: Programme) -> None:
    """Give one reason for everything that a programme leaves out."""
    db.session.flush()
    db.session.refresh(programme)
    left = [gap.value for gap in gaps.unjustified(programme)]
    if left:
        gaps.justify(programme, left, "Audited last year, nothing changed.", by=people.manager)


def approve(people: People, programme: Programme) -> Programme:
    """Have a programme approved; what it leaves out is justified first."""
    justify_rest(people, programme)
    return services.approve_programme(programme, by=people.boss)


def run_audit(people: People, audit: Audit, *, until: str) -> Audit:
    """Take an audit through its steps up to and including one of notify, start, report, close."""
    if audit.programme.state == "draft":
        approve(people, audit.programme)
    steps = {
        "notify": lambda: services.notify(audit, by=people.manager),
        "start": lambda: services.start(audit, by=people.lead),
        "report": lambda: report(people, audit),
        "close": lambda: services.close(audit, by=people.manager),
    }
    for name, take in steps.items():
        take()
        if name == until:
            break
    return audit


def report(people: People, audit: Audit, conclusion: str = "Conforms and works.") -> Audit:
    """Report an audit of our own the only way there is: by issuing its report (or a supplement, reopened)."""
    db.session.refresh(audit, ["findings", "auditees"])
    if queries_of_reports.issued(audit):
        reports.supplement(audit, "Reopened.", "As answered.", lambda _tree: {}, by=people.lead)
        return audit
    facts = {"obstacles": "None.", "not_covered": "Nothing.", "recipients": [people.owner]}
    reports.write(audit, conclusion=conclusion, by=people.lead, **facts)
    reports.issue(audit, lambda _tree: {}, by=people.lead)
    return audit
