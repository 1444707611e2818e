"""Of the deadlines one of everything: periods and a ladder that were set, requests in each state, rungs told."""

from datetime import timedelta
from typing import Any

from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.findings import deadlines, escalation, extensions, working_calendar
from audit_app.findings.deadline_models import Country, DayUnit, Rung, Term
from audit_app.findings.models import Grade
from tests.people import People


def build(p: People, made: dict[str, Any]) -> None:
    """A request that waits, one granted, one refused, and what a missed date told whom."""
    deadlines.set_period(Grade.OFI, Term.CORRECTIVE, number=180, unit=DayUnit.CALENDAR, by=p.admin)
    escalation.set_ladder(days=escalation.DEFAULT_DAYS | {Rung.REVIEW: 25}, person=p.boss, by=p.manager)
    working_calendar.choose(country=Country.CHINA, by=p.manager)
    finding, action = made["planned"], made["accepted"]
    for subject, days in ((finding, 90), (action, 80)):
        request = extensions.ask(
            subject, due_on=today() + timedelta(days=days), reason="供应商延迟。", by=p.owner
        )
        if subject is finding:
            extensions.grant(request, note="一次。", by=p.lead)
        else:
            extensions.refuse(request, reason="很紧急。", by=p.lead)
    extensions.ask(made["issued"], due_on=today() + timedelta(days=70), reason="负责人生病。", by=p.owner)
    extensions.ask(finding.actions[0], due_on=today() + timedelta(days=95), reason="备件未到。", by=p.owner)
    with clock.at(clock.now() + timedelta(days=9)):  # corrections are missed, the heads are told
        escalation.gather()
