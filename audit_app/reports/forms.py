"""Shape and wording of what is typed into a report."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts import queries as accounts
from audit_app.accounts.forms import checks, with_present
from audit_app.accounts.models import Person
from audit_app.reports import queries
from audit_app.reports.models import AuditReport
from audit_app.web.forms import BaseForm, long_text, rows_as_choices, text


class WordsForm(BaseForm):
    """What the lead auditor writes; everything else is compiled."""

    conclusion = long_text(
        _l("Conclusion"),
        rows=8,
        description=_l(
            "Conformity with our own requirements and the standard, effectiveness, and what follows."
        ),
    )
    obstacles = long_text(
        _l("Obstacles"), longest=5000, description=_l("What hindered the audit; say “none” when nothing did.")
    )
    not_covered = long_text(
        _l("Areas not covered"),
        longest=5000,
        description=_l("Parts of the scope that were not examined, and why; say “none” when all were."),
    )
    follow_up = long_text(
        _l("Agreed follow-up"),
        longest=5000,
        description=_l("Dates, follow-up audits, what it means for the programme."),
    )
    recipients = checks(_l("Distribution list"), coerce=int)
    others = text(
        _l("Further recipients"), longest=2000, description=_l("People or bodies who do not use this system.")
    )

    def offer(self, report: AuditReport) -> "WordsForm":
        """Fill the choices; a new report proposes its conclusion and its recipients."""
        audit = report.audit
        people = with_present(accounts.active_people(), *report.recipients)
        self.recipients.choices = rows_as_choices(people, show=_shown)
        if not self.is_submitted():
            kept = report.id is not None
            chosen = report.recipients if kept else queries.proposed_recipients(audit)
            self.recipients.data = [each.id for each in chosen]
            self.conclusion.data = audit.conclusion
            for name in ("obstacles", "not_covered", "follow_up", "others"):
                getattr(self, name).data = getattr(report, name)
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        values = {name: value or "" for name, value in self.values().items()}
        return {**values, "recipients": accounts.by_ids(Person, self.recipients.data)}


def _shown(person: Person) -> str:
    return f"{person.name} · {person.job_title}" if person.job_title else person.name


class IssueForm(BaseForm):
    """Nothing to type: what is frozen is on the page."""


class SupplementForm(BaseForm):
    """Why an issued report is corrected, and how it is to be read."""

    reason = long_text(_l("Why"), need=True, longest=2000)
    correction = long_text(
        _l("Correction"),
        need=True,
        longest=5000,
        description=_l(
            "What is to be read instead. Changes of findings and answers are added by themselves."
        ),
    )
