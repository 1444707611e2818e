"""Every word a pack is told with, by key: headings, columns, sentences. Placeholders are named.

A frozen pack keeps keys; a key in use is therefore never renamed or given another meaning, only worded
better.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.labels import Label
from audit_app.findings.models import ActionKind, ActionState, FindingState, Grade, Origin
from audit_app.improvements.models import ImprovementState, Outcome
from audit_app.indicators.models import Direction, Source
from audit_app.indicators.system_counts import Outcome as AuditOutcome
from audit_app.indicators.trend import Comparison, Movement
from audit_app.programme.models import AuditKind, AuditState
from audit_app.reviews import phrases_objectives, phrases_system
from audit_app.reviews.models import DecisionState, InputKey, ReviewState
from audit_app.reviews.sign_models import Meaning

ENUMS: dict[str, type[Label]] = {
    "grade": Grade,
    "origin": Origin,
    "carried_out": AuditOutcome,
    "compared": Comparison,
    "finding": FindingState,
    "action": ActionState,
    "action_kind": ActionKind,
    "improvement": ImprovementState,
    **phrases_objectives.ENUMS,
    "outcome": Outcome,
    "audit": AuditState,
    "audit_kind": AuditKind,
    "decision": DecisionState,
    "review": ReviewState,
    "input": InputKey,
    "direction": Direction,
    "source": Source,
    "movement": Movement,
    "signed": Meaning,
}
"""``grade.major`` and the like are worded by their enum."""

UNITS: dict[str, Any] = {
    "%": "%",
    "h": _l("h"),
    "min": _l("min"),
    "n": "",
    "score": _l("points"),
    "currency": _l("local currency"),
    "n/person/day": _l("per person and day"),
}

PHRASES: dict[str, Any] = {
    **phrases_objectives.PHRASES,
    # columns
    "col.code": _l("Code"),
    "col.title": _l("Title"),
    "col.state": _l("State"),
    "col.owner": _l("Owner"),
    "col.due": _l("Due"),
    "col.first_due": _l("First date"),
    "col.escalated": _l("Escalated on"),
    "col.late": _l("Days late"),
    "col.age": _l("Age in days"),
    "col.month": _l("Month"),
    "col.opened": _l("Raised"),
    "col.closed": _l("Closed"),
    "col.open": _l("Open at month end"),
    "col.overdue": _l("Overdue at month end"),
    "col.grade": _l("Grade"),
    "col.count": _l("How many"),
    "col.clause": _l("Clause"),
    "col.process": _l("Process"),
    "col.department": _l("Department"),
    "col.origin": _l("Origin"),
    "col.before": _l("Before: %(first)s – %(last)s"),
    "col.day": _l("Day"),
    "col.quarter": _l("Quarter"),
    "col.on_time_share": _l("Done on time, %%"),
    "col.answers": _l("Answers, last audit"),
    "col.last_two": _l("Last two audits"),
    "col.was": _l("Before"),
    "col.becomes": _l("Corrected to"),
    "col.proposed_by": _l("Proposed by"),
    "col.approved_by": _l("Approved by"),
    "col.reason": _l("Reason"),
    "col.review": _l("Review"),
    "col.created": _l("Decided on"),
    "col.note": _l("What was done"),
    "col.indicator": _l("Indicator"),
    "col.unit": _l("Unit"),
    "col.target": _l("Target"),
    "col.last": _l("Latest"),
    "col.last_month": _l("Month"),
    "col.previous": _l("Month before"),
    "col.last_year": _l("Year before"),
    "col.movement": _l("Movement"),
    "col.judged": _l("Result"),
    "col.value": _l("Value"),
    "col.numerator": _l("Numerator"),
    "col.denominator": _l("Denominator"),
    "col.comment": _l("Comment"),
    "col.source": _l("Source"),
    "col.programme": _l("Programme"),
    "col.planned": _l("Planned"),
    "col.done": _l("Done"),
    "col.behind": _l("Late"),
    "col.cancelled": _l("Cancelled"),
    "col.audit": _l("Audit"),
    "col.kind": _l("Kind"),
    "col.dates": _l("Dates"),
    "col.reported": _l("Reported on"),
    "col.assessed": _l("Items assessed"),
    "col.conform": _l("Conform, %%"),
    "col.major": _l("Major"),
    "col.minor": _l("Minor"),
    "col.observation": _l("Observation"),
    "col.ofi": _l("Opportunity"),
    "col.good_practice": _l("Good practice"),
    "col.total": _l("Total"),
    "col.service": _l("Service"),
    "col.missed": _l("Times missed"),
    "col.availability": _l("Availability in percent"),
    "col.agreed": _l("Agreed minutes"),
    "col.maintained": _l("Agreed maintenance"),
    "col.down": _l("Minutes down"),
    "col.allowed": _l("Minutes allowed"),
    "col.outages": _l("Outages"),
    "col.longest": _l("Longest, minutes"),
    "col.priority": _l("Priority"),
    "col.response": _l("Response within"),
    "col.responded": _l("Responded in time, %%"),
    "col.of_tickets": _l("In time, of all judged"),
    "col.resolution": _l("Resolution within"),
    "col.resolved": _l("Resolved in time, %%"),
    "col.since": _l("Missed since"),
    "col.spoken": _l("Comment or action"),
    "col.repeat_of": _l("Repeat of"),
    "col.measured": _l("Measured value"),
    # values
    "value.met": _l("Met"),
    "value.missed": _l("Missed"),
    "value.no_target": _l("No target"),
    "value.no_data": _l("No data"),
    "value.no_trend": _l("No clear trend"),
    "value.unnamed": _l("not stated"),
    "value.entered": _l("entered by hand"),
    "value.entered_by": _l("entered by hand: %(name)s, %(day)s"),
    "value.this_system": _l("records of this system"),
    "target.higher": "≥\u00a0%(target)s",
    "target.lower": "≤\u00a0%(target)s",
    "target.band": "%(low)s\u00a0–\u00a0%(high)s",
    "target.monthly": _l("set by month"),
    "definition.until": _l("up to %(month)s"),
    "target.since": _l("%(target)s from %(month)s"),
    "value.range": "%(first)s – %(last)s",
    "value.named": "%(code)s %(name)s",
    "value.month_value": "%(month)s %(value)s",
    "value.with_unit": _l("%(name)s, %(unit)s"),
    "value.more": _l("+%(count)s more"),
    "value.quantity": "%(value)s\u00a0%(unit)s",
    "value.outcome": _l("%(value)s, %(outcome)s"),
    "value.of": _l("%(part)s of %(whole)s"),
    "value.silent": _l("none"),
    "value.spoken": _l("stated"),
    "value.waits": _l("Waits for approval"),
    "value.short": "%(short)s",
    "value.few": _l("%(word)s, of few answers"),
    "age.band": _l("%(first)s–%(last)s days"),
    "age.more": _l("more than %(days)s days"),
    "value.files": _l("%(count)s imported files"),
    # titles of tables and charts
    "table.previous": _l("Decisions of earlier reviews"),
    "table.nc_months": _l("Nonconformities by month"),
    "table.nc_grades": _l("Nonconformities of the period by grade"),
    "table.nc_clauses": _l("Nonconformities of the period by clause"),
    "table.nc_processes": _l("Nonconformities of the period by process"),
    "table.nc_departments": _l("Nonconformities of the period by department"),
    "table.nc_origins": _l("Nonconformities of the period by origin"),
    "table.nc_ages": _l("Open nonconformities by days since they were raised"),
    "table.nc_matrix": _l("Distribution: clause × department"),
    "table.escalated": _l("Escalated to this review: first date missed and nothing shown"),
    "table.nc_open": _l("Nonconformities still open, those late first"),
    "table.repeats": _l("Findings of the period that repeat earlier ones"),
    "table.indicators": _l("All indicators with a value"),
    "table.months": _l("Values by month"),
    "table.values": _l("All values, one row each"),
    "table.services": _l("Availability by service"),
    "table.sla": _l("What was agreed for the services, and kept"),
    "table.sla_tickets": _l("Tickets by service and priority, within what was agreed"),
    "table.corrections": _l("Values corrected after their month was closed"),
    "table.targets": _l("Targets met and missed"),
    "table.missed": _l("Targets missed in the period"),
    "table.programmes": _l("Audits by programme"),
    "table.audits": _l("Results by audit"),
    "table.programme_quarters": _l("Audit programme carried out, by quarter of the planned end"),
    "table.clause_conformity": _l("Conformity by clause and audit, in percent"),
    "table.clause_maturity": _l("Maturity by clause and audit, 0 to 4"),
    "table.ofis": _l("Opportunities for improvement"),
    "table.register": _l("Improvement register"),
    "table.improvements": _l("Improvement actions"),
    "plot.nc": _l("Nonconformities raised and closed"),
    "plot.nc_open": _l("Nonconformities open and overdue at month end"),
    "plot.grades": _l("Findings by audit and grade"),
    "plot.met": _l("Indicators that met their target"),
    "plot.met_source": _l("All indicators with a value; without months that fewer than half of them have"),
    "line.up_to": _l("up to %(month)s"),
    "line.from": _l("from %(month)s"),
    "plot.indicator": "%(code)s %(name)s",
    # remarks
    "nc.summary": _l(
        "Nonconformities of the period: %(opened)s raised, %(closed)s closed. Open at "
        "its end: %(open)s, of which past "
        "their date: %(overdue)s."
    ),
    "sla.all_kept": _l(
        "All %(count)s services of the catalogue kept their availability in every reviewed month."
    ),
    "sla.missed": _l("%(service)s missed its availability in %(count)s of %(total)s months: %(months)s."),
    "sla.late": _l(
        "%(service)s: maintenance was entered after it began; %(minutes)s minutes are not taken out."
    ),
    "sla.claimed": _l(
        "%(service)s: the log calls %(minutes)s minutes down planned that were not agreed beforehand; "
        "they count."
    ),
    "sla.limit": _l("%(minutes)s min of service"),
    "sla.limit_calendar": _l("%(minutes)s min"),
    "sla.limit_hours": _l("%(hours)s h of service"),
    "sla.limit_calendar_hours": _l("%(hours)s h"),
    "sla.of": _l("%(met)s / %(count)s"),
    "sla.untold": _l("not told by the log"),
    "sla.source": _l("%(file)s; agreements in the service catalogue"),
    "value.none_missed": _l("none"),
    "nc.none": _l("No nonconformity was raised in the period and none is open."),
    "nc.grades": _l("Raised by grade: major %(major)s, minor %(minor)s."),
    "nc.on_time": _l("Actions done on time: %(part)s of %(whole)s due in the period (%(share)s)."),
    "nc.recurring": _l(
        "Recurring: %(part)s of %(whole)s (%(share)s) on a clause and department that "
        "had one in the twelve months before."
    ),
    "nc.repeats": _l("Confirmed by auditors as repeats of earlier findings: %(count)s."),
    "nc.age": _l("Open findings are %(days)s days old on average."),
    "indicator.missed_short": _l(
        "%(name)s (%(code)s): missed in %(count)s of %(total)s months (%(months)s), latest %(value)s in "
        "%(month)s (target %(target)s)."
    ),
    "indicator.missed_periods": _l(
        "%(name)s (%(code)s): missed in %(count)s of %(total)s %(periods)s (%(months)s), latest %(value)s in "
        "%(month)s (target %(target)s)."
    ),
    "periods.3": _l("quarters"),
    "periods.6": _l("half-years"),
    "periods.12": _l("years"),
    "indicator.summary": _l(
        "Of %(whole)s indicators with a target and a value, %(met)s meet it in their latest month; "
        "%(missed)s missed it at least once in the period."
    ),
    "indicator.targets": _l(
        "Of %(whole)s targets, %(met)s were met in every month with a value; each target missed stands "
        "under input c2)."
    ),
    "indicator.redefined": _l(
        "%(name)s (%(code)s) is measured otherwise from %(month)s: what lies before is drawn apart and not "
        "compared. Reason: %(reason)s Before: %(formula)s"
    ),
    "indicator.target_changed": _l(
        "%(name)s (%(code)s): the target is %(after)s from %(month)s, %(before)s before. Reason: %(reason)s"
    ),
    "indicator.missed_month": _l("%(value)s in %(month)s"),
    "indicator.signals": _l("%(name)s (%(code)s), signal: %(signals)s."),
    "indicator.no_signal": _l(
        "No signal in the period (indicators with natural limits: %(count)s): what went up "
        "and down is what these figures do by themselves."
    ),
    "signal.outside.above": _l("%(months)s above the upper limit"),
    "signal.outside.below": _l("%(months)s below the lower limit"),
    "signal.run.above": _l("%(months)s above the mean for long"),
    "signal.run.below": _l("%(months)s below the mean for long"),
    "signal.near.above": _l("%(months)s near the upper limit"),
    "signal.near.below": _l("%(months)s near the lower limit"),
    "indicator.gap": _l("%(name)s (%(code)s): no value for %(months)s."),
    "indicator.no_case": _l("%(name)s (%(code)s): no case to count in %(months)s."),
    "indicator.gaps": _l("No value for %(months)s (indicators: %(count)s): %(names)s."),
    "indicator.no_cases": _l("No case to count in %(months)s (indicators: %(count)s): %(names)s."),
    "indicator.no_values": _l("Without any value in the period: %(names)s."),
    "indicator.none": _l("No indicator of this input has a value in the period."),
    "indicator.all_met": _l("Every target with a value was met in every month of the period."),
    "indicator.elsewhere": _l("Charts and months stand under the input an indicator belongs to."),
    "indicator.service_months": _l("%(service)s: target %(target)s missed: %(months)s."),
    "climate.open": _l("It is not decided whether climate change is a relevant issue (4.1)."),
    "climate.relevant": _l("Climate change is a relevant issue (4.1). %(reason)s"),
    "climate.not_relevant": _l("Climate change is not a relevant issue (4.1). %(reason)s"),
    "audit.none": _l("No audit was planned in the period."),
    "audit.coverage": _l("Own audits of the period cover %(part)s of %(whole)s clauses."),
    "audit.uncovered": _l("Not covered: %(clauses)s."),
    "audit.share": _l("Of %(whole)s items assessed, %(part)s (%(share)s) showed no nonconformity."),
    "previous.none": _l("There is no decision of an earlier review to follow up."),
    "previous.summary": _l(
        "%(open)s open, of which %(overdue)s late; %(closed)s closed since the last review."
    ),
    "improve.summary": _l(
        "Improvement register: %(proposed)s proposed in the period, %(open)s not settled; of %(measured)s "
        "measured against their target, %(reached)s reached it."
    ),
    "improve.none": _l(
        "No opportunity for improvement and no improvement action is on record for the period."
    ),
    # traffic lights
    "light.service_levels": _l("Service levels and availability"),
    "light.incidents": _l("Incidents, requests and problems"),
    "light.changes": _l("Changes, releases and configuration"),
    "light.assurance": _l("Continuity and information security"),
    "light.customers": _l("Customers and complaints"),
    "light.suppliers": _l("Suppliers"),
    "light.resources": _l("Resources, competence and cost"),
    "light.objectives": _l("Objectives"),
    "light.other": _l("Other indicators"),
    "light.audits": _l("Internal audits"),
    "light.nonconformities": _l("Nonconformities and corrective actions"),
    "light.actions": _l("Decisions of earlier reviews"),
    "why.missed": _l("%(name)s %(value)s (%(month)s) misses %(target)s; %(count)s of %(total)s months"),
    "why.missed_periods": _l(
        "%(name)s %(value)s (%(month)s) misses %(target)s; %(count)s of %(total)s %(periods)s"
    ),
    "why.worsening": _l("%(name)s %(value)s (%(month)s) meets %(target)s but is getting worse"),
    "why.missed_before": _l("%(name)s %(value)s (%(month)s) meets %(target)s; missed %(count)s of %(total)s"),
    "why.missed_before_months": _l(
        "%(name)s %(value)s (%(month)s) meets %(target)s; missed in %(count)s of %(total)s months"
    ),
    "why.missed_before_periods": _l(
        "%(name)s %(value)s (%(month)s) meets %(target)s; missed in %(count)s of %(total)s %(periods)s"
    ),
    "why.met": _l("%(name)s %(value)s (%(month)s) meets %(target)s"),
    "why.no_target": _l("%(name)s %(value)s (%(month)s); no target is set"),
    "why.no_data": _l("%(name)s has no value in the period"),
    "why.stale": _l("%(name)s: the latest value is of %(month)s"),
    "why.all_met": _l("All %(count)s indicators with a target met it"),
    "why.more": _l("+%(count)s more: input %(input)s)"),
    "why.audits_late": _l("Late: %(late)s of %(planned)s audits"),
    "why.audits_none": _l("No audit was planned in the period"),
    "why.audits_uncovered": _l(
        "Audits done: %(done)s of %(planned)s; clauses not covered in the period: %(missing)s"
    ),
    "why.audits_open": _l("Audits done: %(done)s of %(planned)s; none late"),
    "why.audits_done": _l("All %(planned)s audits done; every clause covered"),
    "why.nc_overdue": _l("Past their date: %(overdue)s of %(open)s open nonconformities"),
    "why.nc_major": _l("Major nonconformities open: %(major)s; none past its date"),
    "why.nc_late_share": _l("Only %(share)s of actions were done on time"),
    "why.nc_fine": _l("Nonconformities open: %(open)s; none past its date"),
    "why.actions_late": _l("Late: %(late)s of %(open)s open actions"),
    "why.actions_open": _l("Open: %(open)s; none late"),
    "why.actions_done": _l("All %(count)s are done"),
    "why.actions_none": _l("No decision of an earlier review to follow up"),
    # what changed since the last review
    "tone.good": _l("Green"),
    "tone.warn": _l("Amber"),
    "tone.bad": _l("Red"),
    "tone.neutral": _l("Grey"),
    "mark.new": _l("new here"),
    "mark.was": _l("last review: %(was)s"),
    "change.light": _l("%(name)s: %(was)s → %(now)s"),
    "change.kpi": _l("%(name)s: %(was)s → %(now)s"),
    "change.target": _l("%(name)s, target: %(was)s → %(now)s"),
    "change.major_new": _l("Major nonconformity open now: %(code)s %(name)s"),
    "change.major_gone": _l("Major nonconformity no longer open: %(code)s %(name)s"),
    "change.decision": _l("Decision carried out: %(code)s %(name)s (%(state)s)"),
    # warnings
    "warn.silent": _l(
        "Indicators that missed their target without a comment, action or decision: %(count)s. See input "
        "%(input)s)."
    ),
    "warn.no_audit": _l(
        "No internal audit was reported in the period; its results are an input of the review."
    ),
    "warn.absent": _l("%(name)s was invited and did not attend."),
    "warn.left_input": _l("Input %(input)s) was asked of %(name)s, who has left; nothing is written yet."),
    "warn.left_place": _l("%(name)s was invited and has left; nobody is named to come instead."),
    "warn.open_audit": _l("%(code)s %(title)s is not reported yet."),
}


PHRASES |= phrases_system.PHRASES


def phrase(key: str) -> Any:
    """The (lazy) words of a key; the key itself where nobody worded it (a test finds those)."""
    if key in PHRASES:
        return PHRASES[key]
    kind, _dot, value = key.partition(".")
    if kind in ENUMS:
        return ENUMS[kind](value).label
    return UNITS.get(value, value) if kind == "unit" else key
