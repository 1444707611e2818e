"""Words of this domain for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.notifications import kinds

SENTENCES: dict[str, Any] = {
    "programme.add": _l("wrote the audit programme"),
    "programme.edit": _l("changed the audit programme"),
    "programme.approve": _l("approved the audit programme"),
    "programme.revise": _l("opened the audit programme for revision"),
    "programme.close": _l("closed the audit programme"),
    "programme.justify": _l("gave the reason why something is not audited"),
    "programme.unjustify": _l("took back the reason why something is not audited"),
    "audit.add": _l("planned the audit"),
    "audit.edit": _l("changed the plan of the audit"),
    "audit.scope": _l("changed the scope of the audit"),
    "audit.team": _l("chose the audit team"),
    "audit.notify": _l("notified auditees and team"),
    "audit.start": _l("started the audit"),
    "audit.report": _l("reported the audit"),
    "audit.close": _l("closed the audit"),
    "audit.reopen": _l("reopened the audit"),
    "audit.cancel": _l("cancelled the audit"),
    "waiver.ask": _l("asked for a waiver"),
    "waiver.approve": _l("approved the waiver"),
    "waiver.withdraw": _l("revoked the waiver"),
}

FIELDS: dict[str, Any] = {
    "body": _l("Certification body"),
    "cancel_reason": _l("Reason of the cancellation"),
    "change_reason": _l("Why the plan changes"),
    "clauses": _l("Clauses"),
    "conclusion": _l("Conclusion"),
    "covers": _l("What is waived"),
    "criteria": _l("Criteria"),
    "ends_on": _l("Last day"),
    "kind": _l("Kind"),
    "measure": _l("Compensating measure"),
    "methods": _l("Methods and responsibilities"),
    "objective": _l("Objective"),
    "objectives": _l("Objectives"),
    "reason": _l("Reason"),
    "rationale": _l("Why now, why this scope"),
    "revision_reason": _l("Why a new version"),
    "risks": _l("Risks and priorities"),
    "starts_on": _l("First day"),
    "state": _l("State"),
    "title": _l("Title"),
    "year": _l("Year"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "programme.approved": (
        _l("Audit programme approved: %(code)s"),
        _l("Top management has approved the programme “%(title)s”. The audits can begin as planned."),
    ),
    "programme.revised": (
        _l("Audit programme to approve: %(code)s"),
        _l("The programme “%(title)s” is being revised. Please approve it when the new text is ready."),
    ),
    "waiver.asked": (
        _l("Waiver to approve: %(code)s"),
        _l(
            "A waiver is asked so that %(title)s can audit. Read the reason and the compensating "
            "measure, then decide."
        ),
    ),
    "waiver.approved": (
        _l("Waiver approved: %(code)s"),
        _l("The waiver for %(title)s is approved. The team can now be saved."),
    ),
    "waiver.withdrawn": (
        _l("Waiver revoked: %(code)s"),
        _l("The waiver for %(title)s is revoked. Choose another person for the team."),
    ),
    "audit.notified": (
        _l("Audit announced: %(code)s"),
        _l("You take part in the audit “%(title)s”. Its dates, scope and team are on its page."),
    ),
    "audit.changed": (
        _l("Audit changed: %(code)s"),
        _l("Dates or scope of the audit “%(title)s” have changed. Please look at its page."),
    ),
    "audit.reported": (
        _l("Audit reported: %(code)s"),
        _l("The audit “%(title)s” is reported. Its conclusion and findings are on its page."),
    ),
    "audit.cancelled": (
        _l("Audit cancelled: %(code)s"),
        _l("The audit “%(title)s” does not take place. The reason is on its page."),
    ),
    "audit.soon": (
        _l("Audit soon: %(code)s"),
        _l("The audit “%(title)s” starts within a week. Please keep the time and the records ready."),
    ),
    "audit.start_due": (
        _l("Audit should have begun: %(code)s"),
        _l("The first day of the audit “%(title)s” has passed. Start it, give it new dates, or cancel it."),
    ),
    "audit.report_due": (
        _l("Audit report is due: %(code)s"),
        _l("The last day of the audit “%(title)s” has passed and there is no report yet."),
    ),
}

NOTICE_KINDS: dict[str, kinds.Kind] = {
    "programme.approved": kinds.news(_l("The audit programme was approved")),
    "programme.revised": kinds.TODO,
    "waiver.asked": kinds.TODO,
    "waiver.approved": kinds.TODO,
    "waiver.withdrawn": kinds.NOW,
    "audit.notified": kinds.TODO,
    "audit.changed": kinds.NOW,
    "audit.reported": kinds.news(_l("An audit I took part in was reported")),
    "audit.cancelled": kinds.NOW,
    "audit.soon": kinds.DUE,
    "audit.start_due": kinds.LATE,
    "audit.report_due": kinds.LATE,
}
