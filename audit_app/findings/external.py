"""Deadlines that a certification body sets for findings of its own audits; none of ours goes beyond them."""

from datetime import date

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import policy
from audit_app.findings.models import Finding
from audit_app.trail import services as trail


def set_body_deadline(
    finding: Finding, *, body_reference: str = "", body_due_on: date | None, by: Person
) -> Finding:
    """Keep the body's own number of a finding and the day by which it wants the answer.

    Our own due date is drawn in where it lay later. Raises :class:`Refused` for a finding of our own audits
    and for a deadline before the audit.
    """
    if not by.may(Permission.FINDING_ISSUE):
        raise Refused(_l("The deadline of the body is entered by a lead auditor or the programme manager."))
    if finding.audit is None or not finding.audit.external:
        raise Refused(_l("Only findings of a certification body's audit have a deadline of the body."))
    if finding.settled:
        raise Refused(_l("The finding is settled; its deadlines are not changed any more."))
    if body_due_on is not None and body_due_on < finding.audit.starts_on:
        raise Refused(
            _l("The deadline lies before the audit of %(day)s.", day=SaidDay(finding.audit.starts_on)),
            "body_due_on",
        )
    with db.session.begin_nested(), trail.act("finding.body_deadline", finding, by=by):
        finding.body_reference, finding.body_due_on = body_reference.strip(), body_due_on
        finding.due_on = within(finding, finding.due_on)
        finding.next_due_on = policy.next_due(finding)
    return finding


def within(finding: Finding, day: date | None) -> date | None:
    """A due date of ours, drawn in to the body's deadline, but never before the finding was raised."""
    last = finding.body_due_on
    if day is None or last is None or day <= last:
        return day
    return max(last, finding.raised_on)


def check(finding: Finding, day: date) -> None:
    """Refuse a day of ours beyond the body's deadline."""
    if finding.body_due_on is not None and day > finding.body_due_on:
        raise Refused(
            _l(
                "The certification body wants the answer by %(day)s. "
                "Ask the body first, and enter its new deadline.",
                day=SaidDay(finding.body_due_on),
            ),
            "due_on",
        )
